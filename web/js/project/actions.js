/** The actions on a project: pause, resume, cancel, give a task, add context, download the delivery. */

import { h, icon, write } from "../dom.js";
import { announce, failure, messageOf } from "../notices.js";
import { isTemporary, Problem, projects } from "../rest.js";
import { confirmCancel } from "./confirm-dialog.js";
import { recoveryMenu } from "./recovery-menu.js";

/** @import { ProjectPublic } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/** @typedef {"pause" | "resume" | "cancel"} Change */

/** The changes that a person can request; `done` tells whether the project shows the change. */
/** @type {Record<Change, { asking: string, done: (project: ProjectPublic) => boolean }>} */
const CHANGES = {
  pause: { asking: "Asked to pause…", done: (project) => project.status === "paused" },
  resume: { asking: "Asked to resume…", done: (project) => project.status !== "paused" },
  cancel: { asking: "Asked to cancel…", done: () => false },
};

/** @param {ProjectPublic} project */
const stateKey = ({ status, workflow_problem: problem }) => `${status} ${problem?.kind ?? ""}`;

/**
 * The buttons, the requested change (`asked`), and the error if it failed.
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 */
export function actions(model, signal) {
  const errors = h("div", { class: "project-trouble" });
  const asked = h("span", { class: "asked-for", role: "status" });
  /**
   * @param {string} text
   * @param {string} name
   * @param {() => void} action
   */
  const button = (text, name, action, more = {}) =>
    h("button", { type: "button", onclick: action, ...more }, icon(name), text);
  const pause = button("Pause", "paused", () => change("pause"));
  const resume = button("Resume", "resume", () => change("resume"));
  // The module of the forms is loaded when the first form is opened.
  /** @param {(dialogs: typeof import("./input-dialogs.js")) => void} open */
  const form = (open) => async () => {
    try {
      open(await import("./input-dialogs.js"));
    } catch (error) {
      errors.replaceChildren(failure(error));
    }
  };
  const askToCancel = async () => {
    if (!pending && (await confirmCancel(model))) change("cancel");
  };
  const cancel = button("Cancel", "close", askToCancel, { class: "danger" });
  const task = button("Give a task", "plus", form(({ taskDialog }) => taskDialog(model)));
  const context = button("Add context", "file", form(({ contextDialog }) => contextDialog(model)));
  const delivery = h(
    "a",
    { class: "button", href: projects.exportUrl(model.id), download: "" },
    icon("download"),
    "Download",
    h("span", { class: "visually-hidden" }, " the delivery"),
  );
  const recovery = recoveryMenu(model, errors);
  const workflow = h("span", { class: "workflow" });
  const buttons = h(
    "div",
    { class: "project-actions", role: "group", "aria-label": "Project" },
    pause,
    resume,
    cancel,
    task,
    context,
    delivery,
    recovery.buttons,
    workflow,
  );
  /** @type {Change | null} */
  let pending = null;
  /** @type {string | null} */
  let linkedState = null;

  /** @param {Change} what */
  async function change(what) {
    if (pending) return;
    pending = what;
    errors.replaceChildren();
    update();
    announce(CHANGES[what].asking);
    try {
      await projects.change(model.id, what);
    } catch (error) {
      if (signal.aborted) return;
      pending = null;
      errors.replaceChildren(failure(error, isTemporary(error) ? () => change(what) : undefined));
      update();
    }
  }

  function update() {
    const { project, ended } = model;
    if (pending && (ended || CHANGES[pending].done(project))) pending = null;
    const paused = project.status === "paused";
    // Show new buttons before hiding old ones, so that the focus can move.
    const [first, second] = paused ? [resume, pause] : [pause, resume];
    show(first, !ended);
    show(second, false);
    for (const button of [cancel, task, context]) show(button, !ended);
    recovery.update();
    // Not `disabled`, which would take the focus from the button that was just pressed.
    for (const button of [pause, resume, cancel]) button.setAttribute("aria-disabled", String(pending !== null));
    write(asked, pending ? CHANGES[pending].asking : "");
    if (linkedState !== stateKey(project)) link(project);
  }

  /**
   * Show or hide a button. If it has the focus and is hidden, another one gets the focus.
   * @param {HTMLElement} button
   * @param {boolean} on
   */
  function show(button, on) {
    const focused = button === document.activeElement;
    button.hidden = !on;
    if (!focused || on) return;
    const others = [...buttons.querySelectorAll("button")];
    (others.find((other) => !other.hidden && !other.disabled) ?? delivery).focus();
  }

  /**
   * Link to the workflow in Temporal, which is looked up again whenever the project's state changes.
   * @param {ProjectPublic} project
   */
  async function link(project) {
    linkedState = stateKey(project);
    if (project.workflow_problem?.kind === "missing") {
      unlinked("No workflow", "Temporal runs no workflow for this project.");
      return;
    }
    if (project.status === "starting") {
      unlinked("No workflow yet", "The project's workflow has not started yet.");
      return;
    }
    try {
      const { url } = await projects.workflow(model.id, { signal });
      if (url && workflow.querySelector("a")?.href === url) return;
      if (!url) {
        unlinked("No workflow page", "Temporal's web UI is not configured; botarmy up --temporal-ui starts one.");
        return;
      }
      workflow.replaceChildren(
        h(
          "a",
          { class: "button", href: url, target: "_blank", rel: "noopener" },
          icon("elsewhere"),
          "Workflow",
          h("span", { class: "visually-hidden" }, " in Temporal's web UI, in a new tab"),
        ),
      );
    } catch (error) {
      if (signal.aborted || workflow.querySelector("a")) return;
      if (error instanceof Problem && error.status === 404) {
        unlinked("No workflow", "Temporal has no workflow for this project: not yet, or no longer.");
      } else unlinked("Workflow unknown", messageOf(error));
    }
  }

  /**
   * @param {string} text
   * @param {string} why
   */
  function unlinked(text, why) {
    workflow.replaceChildren(h("button", { type: "button", disabled: true, title: why }, icon("elsewhere"), text));
  }

  return { buttons, asked, errors, update };
}
