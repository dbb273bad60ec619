/** What a person can do to a project: pause, resume, cancel, give it a task or context, download the delivery. */

import { h, icon, write } from "../dom.js";
import { announce, failure, messageOf } from "../notices.js";
import { isTemporary, Problem, projects } from "../rest.js";
import { confirmCancel } from "./confirm-dialog.js";

/** @import { ProjectPublic } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/** @typedef {"pause" | "resume" | "cancel"} Change */

/** A requested change; `done` says whether the project shows it. */
/** @type {Record<Change, { asking: string, done: (project: ProjectPublic) => boolean }>} */
const CHANGES = {
  pause: { asking: "Asked to pause…", done: (project) => project.status === "paused" },
  resume: { asking: "Asked to resume…", done: (project) => project.status !== "paused" },
  cancel: { asking: "Asked to cancel…", done: () => false },
};

/** @param {ProjectPublic} project */
const standing = ({ status, workflow_problem: problem }) => `${status} ${problem?.kind ?? ""}`;

/**
 * The buttons, the change that is requested, and what went wrong.
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
  // The forms are loaded when one is first opened.
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
    workflow,
  );
  /** @type {Change | null} */
  let pending = null;
  /** @type {string | null} */
  let looked = null;

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
    const held = project.status === "paused";
    // What comes is shown before what goes, so that the focus finds it.
    for (const one of held ? [resume, pause] : [pause, resume]) show(one, !ended && (one === resume) === held);
    for (const one of [cancel, task, context]) show(one, !ended);
    // Not `disabled`, which would take the focus from the button that was just pressed.
    for (const one of [pause, resume, cancel]) one.setAttribute("aria-disabled", String(pending !== null));
    write(asked, pending ? CHANGES[pending].asking : "");
    if (looked !== standing(project)) link(project);
  }

  /**
   * A button that goes while it is focused hands the focus on.
   * @param {HTMLElement} one
   * @param {boolean} on
   */
  function show(one, on) {
    const focused = one === document.activeElement;
    one.hidden = !on;
    if (!focused || on) return;
    const others = [...buttons.querySelectorAll("button")];
    (others.find((other) => !other.hidden && !other.disabled) ?? delivery).focus();
  }

  /**
   * Link the workflow in Temporal; it is looked up again until something has started it.
   * @param {ProjectPublic} project
   */
  async function link(project) {
    looked = standing(project);
    if (project.workflow_problem?.kind === "missing") {
      unlinked("No workflow", "Temporal has no running workflow of this project.");
      return;
    }
    if (project.status === "starting") {
      unlinked("No workflow yet", "Nothing has started the project's workflow yet.");
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
        unlinked("No workflow", "Temporal has none of this project: not yet, or no longer.");
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
