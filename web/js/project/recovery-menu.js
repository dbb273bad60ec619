/** The buttons that retry, duplicate, follow up, rename or archive a project. */

import { h, icon } from "../dom.js";
import { failure } from "../notices.js";

/** @import { ProjectModel } from "./model.js" */

/**
 * The buttons, and `update`, which shows those that fit the project's state. `errors` shows a failure.
 * @param {ProjectModel} model
 * @param {HTMLElement} errors
 */
export function recoveryMenu(model, errors) {
  /**
   * A button whose module is loaded when it is first pressed.
   * @param {string} text
   * @param {string} name
   * @param {() => Promise<unknown>} action
   */
  const button = (text, name, action) =>
    h(
      "button",
      {
        type: "button",
        onclick: async () => {
          errors.replaceChildren();
          try {
            await action();
          } catch (error) {
            if (!model.signal.aborted) errors.replaceChildren(failure(error));
          }
        },
      },
      icon(name),
      text,
    );
  const dialogs = () => import("./recovery-dialogs.js");
  const details = () => import("./details-dialog.js");
  const retry = button("Retry", "resume", async () => (await dialogs()).retryDialog(model));
  const followUp = button("Follow up", "plus", async () => (await dialogs()).successorDialog(model, "follow_up"));
  const duplicate = button("Duplicate", "file", async () => (await dialogs()).successorDialog(model, "duplicate"));
  const rename = button("Rename", "amended", async () => (await details()).detailsDialog(model));
  const archive = button("Archive", "close", async () => (await details()).toggleArchived(model));
  const restore = button("Unarchive", "resume", async () => (await details()).toggleArchived(model));

  function update() {
    const { ended, project: { status, archived_at: archived } } = model;
    retry.hidden = !ended || status === "completed";
    followUp.hidden = status !== "completed";
    archive.hidden = !ended || Boolean(archived);
    restore.hidden = !archived;
  }

  return { buttons: [retry, followUp, duplicate, rename, archive, restore], update };
}
