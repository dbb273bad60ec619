/** The stopped workflows of a project or of its tasks outside the pipeline, with buttons to restart or end them. */

import { each, h, icon } from "../dom.js";
import { problemLabel } from "../labels.js";
import { me } from "../me.js";
import { announce, failure } from "../notices.js";
import { isTemporary, projects, tasks } from "../rest.js";
import { visible } from "../text.js";
import { confirmEnd } from "./confirm-dialog.js";

/** @import { Properties } from "../dom.js" */
/** @import { ProjectModel } from "./model.js" */
/** @import { TaskPublic, WorkflowProblemPublic } from "../api.d.ts" */

/**
 * @typedef {object} Stopped
 * @property {string} id
 * @property {TaskPublic} [task] undefined for the project
 * @property {{ change(id: string, what: "restart" | "end"): Promise<unknown> }} endpoints
 * @property {WorkflowProblemPublic} problem
 */

const ANNOUNCEMENTS = { restart: "Restarting…", end: "Ending…" };

/**
 * The notices of all that is stopped.
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 */
export function workflowProblems(model, signal) {
  const element = h("div", { class: "stopped", role: "group", "aria-label": "Workflow problems", hidden: true });

  function update() {
    const { project, progress } = model;
    /** @type {Stopped[]} */
    const found = [];
    if (project.workflow_problem) {
      found.push({ id: project.id, endpoints: projects, problem: project.workflow_problem });
    }
    for (const task of progress.tasks) {
      if (task.workflow_problem) {
        found.push({ id: task.task_id, task, endpoints: tasks, problem: task.workflow_problem });
      }
    }
    each(element, found, ({ id }) => id, (item) => stoppedNotice(item, model, signal), paint);
    element.hidden = found.length === 0;
  }
  return { element, update };
}

/**
 * @param {Stopped} stopped
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 */
function stoppedNotice({ id, task, endpoints }, model, signal) {
  const what = task ? `the task of the ${task.agent_type}` : "the project";
  const errors = h("div", {});
  /**
   * @param {string} text
   * @param {string} name
   * @param {() => void} action
   * @param {Properties} [more]
   */
  const button = (text, name, action, more) =>
    h(
      "button",
      { type: "button", dataset: { changes: "" }, onclick: action, ...more },
      icon(name),
      text,
      h("span", { class: "visually-hidden" }, `: ${what}`),
    );
  const restart = button("Restart from its records", "resume", () => ask("restart"));
  const end = button(
    task ? "End the task" : "End the project",
    "close",
    async () => (await confirmEnd(what)) && ask("end"),
    { class: "danger" },
  );
  const element = h(
    "div",
    { class: "notice", dataset: { tone: "bad" } },
    h("strong", {}),
    h("span", { class: "prose", dir: "auto" }),
    me.may("run", model.id) ? [restart, end] : h("span", {}, "Somebody who runs this project can restart or end it."),
    errors,
  );
  let pending = false;

  /** @param {"restart" | "end"} change */
  async function ask(change) {
    if (pending) return;
    setPending(true);
    errors.replaceChildren();
    announce(ANNOUNCEMENTS[change]);
    try {
      await endpoints.change(id, change);
      model.refresh();
    } catch (error) {
      if (!signal.aborted) errors.replaceChildren(failure(error, isTemporary(error) ? () => ask(change) : undefined));
    } finally {
      setPending(false);
    }
  }

  // Not `disabled`, which would take the focus from the button that was just pressed.
  /** @param {boolean} on */
  function setPending(on) {
    pending = on;
    for (const button of [restart, end]) button.setAttribute("aria-disabled", String(on));
  }
  return element;
}

/**
 * @param {Element} element
 * @param {Stopped} stopped
 */
function paint(element, { task, problem: found }) {
  const [heading, detail] = element.children;
  const subject = task ? `The ${task.agent_type}'s task makes no progress` : "The project makes no progress";
  const text = `${subject}: ${problemLabel(found.kind)}`;
  if (heading.textContent !== text) heading.textContent = text;
  const why = visible(found.detail);
  if (detail.textContent !== why) detail.textContent = why;
}
