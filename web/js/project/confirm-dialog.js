/** Asks for confirmation before a project is cancelled or removed, or one with a stopped workflow, or its task, is ended. */

import { h } from "../dom.js";
import { count, OPEN_TASK_STATUSES } from "../labels.js";
import { visible } from "../text.js";

/** @import { Child } from "../elements.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/**
 * Ask for confirmation; `keep` and `confirm` are the texts of the buttons. Resolves to whether the person confirms.
 * @param {{ heading: string, body: Child, keep: string, confirm: string }} texts
 * @returns {Promise<boolean>}
 */
function confirmDialog({ heading, body, keep, confirm }) {
  return new Promise((resolve) => {
    /** @param {boolean} confirmed */
    const answer = (confirmed) => {
      resolve(confirmed);
      dialog.close();
    };
    const onclose = () => {
      resolve(false);
      dialog.remove();
    };
    const labels = { "aria-labelledby": "confirm-title", "aria-describedby": "confirm-body" };
    const dialog = h(
      "dialog",
      { ...labels, onclose },
      h(
        "div",
        { class: "dialog" },
        h("h2", { id: "confirm-title" }, heading),
        body,
        h(
          "footer",
          {},
          h("button", { type: "button", autofocus: true, onclick: () => answer(false) }, keep),
          h(
            "button",
            { type: "button", class: "danger", dataset: { changes: "" }, onclick: () => answer(true) },
            confirm,
          ),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** @param {ProjectModel} model */
export function confirmCancel({ project, progress }) {
  const open = progress.tasks.filter(({ status }) => OPEN_TASK_STATUSES.has(status)).length;
  const requests = progress.open_requests.length;
  const lost = [
    open > 0 && `${count(open, "open task")} will be stopped; unfinished work is lost.`,
    requests > 0 && `${count(requests, "open request")} will be closed without a response.`,
    "No further step will run. It can be retried later from any step, but not resumed where it was.",
  ].filter(Boolean);
  return confirmDialog({
    heading: "Cancel the project?",
    body: h(
      "div",
      { id: "confirm-body", class: "cancel-lost" },
      h("p", { class: "soft cut", dir: "auto" }, visible(project.name)),
      h("ul", {}, lost.map((line) => h("li", {}, line))),
      h("p", {}, "Its artifacts, decisions and log are kept."),
    ),
    keep: "Keep the project",
    confirm: "Cancel the project",
  });
}

/** @param {ProjectModel} model */
export const confirmForget = ({ project }) =>
  confirmDialog({
    heading: "Remove the project for good?",
    body: h(
      "div",
      { id: "confirm-body" },
      h("p", { class: "soft cut", dir: "auto" }, visible(project.name)),
      h("p", {}, "Its artifacts, transcripts, decisions and log are deleted, and cannot be restored."),
    ),
    keep: "Keep the project",
    confirm: "Remove for good",
  });

/** @param {string} what "the project", or a task of it */
export const confirmEnd = (what) =>
  confirmDialog({
    heading: `End ${what}?`,
    body: h(
      "p",
      { id: "confirm-body" },
      "It is cancelled, with its open tasks and requests, and cannot be restarted. Artifacts, decisions and log are kept.",
    ),
    keep: "Leave it",
    confirm: `End ${what}`,
  });
