/** The dialog that renames a project, and changes its owner and its tags; and the changes that archive, keep or remove it. */

import { h } from "../dom.js";
import { field } from "../field.js";
import { go } from "../navigation.js";
import { me } from "../me.js";
import { toast } from "../notices.js";
import { projects } from "../rest.js";
import { visible } from "../text.js";
import { confirmForget } from "./confirm-dialog.js";
import { formDialog, showFieldErrors } from "./form-dialog.js";

/** @import { ProjectModel } from "./model.js" */

/** @param {ProjectModel} model */
export function detailsDialog(model) {
  const { project } = model;
  const text = (/** @type {string} */ value) =>
    h("input", { type: "text", value, maxLength: 255, dir: "auto", autocomplete: "off" });
  const name = field("Name", text(project.name));
  const owner = field("Owner", text(project.owner ?? ""), "Who looks after it.");
  const tags = field("Tags", text((project.tags ?? []).join(", ")), "Separated by commas.");
  const dialog = formDialog({
    heading: "Name, owner and tags",
    text: "Agents that work on the project keep the name that it was started with.",
    fields: [name.element, owner.element, tags.element],
    required: [[name, "Give it a name."]],
    submit: "Save",
    send: async () => {
      const words = tags.input.value.split(",").map((tag) => tag.trim()).filter(Boolean);
      await projects.update(model.id, {
        name: name.input.value,
        owner: owner.input.value.trim() || null,
        tags: words,
      });
      toast("Saved.");
      model.refresh();
    },
    /** @param {unknown} error */
    showErrors: (error) => showFieldErrors({ name, owner, tags }, error),
  });
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * Archive a project that has ended, or take it out of the archive. Throws a Problem if it cannot.
 * @param {ProjectModel} model
 */
export async function toggleArchived(model) {
  const archived = !model.project.archived_at;
  await projects.update(model.id, { archived });
  toast(archived ? "Archived: lists hide it." : "Lists show it again.");
  model.refresh();
}

/**
 * Mark a project to be kept, or let it be removed again. Throws a Problem if it cannot.
 * @param {ProjectModel} model
 */
export async function toggleKept(model) {
  const kept = !model.project.kept_at;
  await projects.update(model.id, { kept });
  toast(kept ? "Kept: it is never removed." : "It may be removed again.");
  model.refresh();
}

/**
 * Remove a project for good, if the person confirms it, and go to the list. Throws a Problem if it cannot.
 * @param {ProjectModel} model
 */
export async function forget(model) {
  if (!(await confirmForget(model))) return;
  const { name } = model.project;
  await projects.forget(model.id);
  go("/projects", { replace: true });
  const audit = me.audits ? { label: "See the audit log", run: () => go("/account") } : undefined;
  toast(`“${visible(name)}” was removed for good.`, audit);
}
