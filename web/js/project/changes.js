/** What a person asks of a project: pause, resume, cancel. What was asked is shown until the project shows it. */

import { announce, failure } from "../notices.js";
import { h, write } from "../dom.js";
import { isTemporary, projects } from "../rest.js";
import { confirmCancel } from "./confirm-dialog.js";

/** @import { ProjectPublic } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/** @typedef {"pause" | "resume" | "cancel"} Change */

/** `done` tells whether the project shows the change. */
/** @type {Record<Change, { asking: string, done: (project: ProjectPublic) => boolean }>} */
const CHANGES = {
  pause: { asking: "Asked to pause…", done: (project) => project.status === "paused" },
  resume: { asking: "Asked to resume…", done: (project) => project.status !== "paused" },
  cancel: { asking: "Asked to cancel…", done: () => false },
};

/**
 * `changed()` is called when a change is asked for or has failed; `pending` is then the one that is under way.
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 * @param {() => void} changed
 */
export function projectChanges(model, signal, changed) {
  const errors = h("div", { class: "project-trouble" });
  const asked = h("span", { class: "asked-for", role: "status" });
  /** @type {Change | null} */
  let pending = null;

  /** @param {Change} what */
  async function ask(what) {
    if (pending) return;
    pending = what;
    errors.replaceChildren();
    update();
    changed();
    announce(CHANGES[what].asking);
    try {
      await projects.change(model.id, what);
    } catch (error) {
      if (signal.aborted) return;
      pending = null;
      errors.replaceChildren(failure(error, isTemporary(error) ? () => ask(what) : undefined));
      update();
      changed();
    }
  }

  function update() {
    if (pending && (model.ended || CHANGES[pending].done(model.project))) pending = null;
    write(asked, pending ? CHANGES[pending].asking : "");
  }

  return {
    asked,
    errors,
    update,
    ask,
    /** Cancel, if the person confirms it. */
    async askToCancel() {
      if (!pending && (await confirmCancel(model))) ask("cancel");
    },
    /** @param {unknown} error null removes the one that is shown */
    fail(error) {
      errors.replaceChildren(...(error ? [failure(error)] : []));
    },
    get pending() {
      return pending;
    },
  };
}
