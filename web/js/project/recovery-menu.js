/** What the menu of a project offers to retry, duplicate, follow up, rename, archive, keep or remove it. */

import { me } from "../me.js";

/** @import { MenuItem } from "../menu.js" */
/** @import { ProjectModel } from "./model.js" */

/**
 * `retry`, if the project ended without a delivery, the `others` that fit its state, and `forget`, which removes it; each
 * for those who may.
 * @param {ProjectModel} model
 * @param {(error: unknown) => void} fail shows an error, or removes the one that is shown if it is null
 */
export function recoveryItems(model, fail) {
  /**
   * An item whose module is loaded when it is first chosen.
   * @param {string} text
   * @param {string} icon
   * @param {() => Promise<unknown>} action
   * @returns {MenuItem}
   */
  const item = (text, icon, action) => ({
    text,
    icon,
    changes: true,
    run: async () => {
      fail(null);
      try {
        await action();
      } catch (error) {
        if (!model.signal.aborted) fail(error);
      }
    },
  });
  const dialogs = () => import("./recovery-dialogs.js");
  const details = () => import("./details-dialog.js");
  const { ended, project: { status, archived_at: archived, kept_at: kept } } = model;
  const toggle = async () => (await details()).toggleArchived(model);
  const [runs, starts] = [me.may("run", model.id), me.may("run")];
  return {
    retry: runs && ended && status !== "completed" &&
      item("Retry", "resume", async () => (await dialogs()).retryDialog(model)),
    others: [
      starts && status === "completed" &&
      item("Follow up", "plus", async () => (await dialogs()).successorDialog(model, "follow_up")),
      starts && item("Duplicate", "file", async () => (await dialogs()).successorDialog(model, "duplicate")),
      runs && item("Rename", "amended", async () => (await details()).detailsDialog(model)),
      runs && (archived ? item("Unarchive", "resume", toggle) : ended && item("Archive", "close", toggle)),
      runs && item(kept ? "Do not keep" : "Keep", "completed", async () => (await details()).toggleKept(model)),
    ],
    forget: ended && me.may("admin", model.id) && {
      ...item("Remove for good", "close", async () => (await details()).forget(model)),
      danger: true,
      barred: kept && "It is marked to be kept.",
    },
  };
}
