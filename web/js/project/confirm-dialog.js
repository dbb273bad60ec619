/** Asks for confirmation before a project is cancelled or removed, or one with a stopped workflow, or its task, is ended. */

import { confirmDialog } from "../confirm-dialog.js";
import { h } from "../dom.js";
import { count, OPEN_TASK_STATUSES } from "../labels.js";
import { visible } from "../text.js";

/** @import { ProjectModel } from "./model.js" */

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
