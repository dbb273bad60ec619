/** What a person can do to a project: hold it, go on, call it off, give more, take the delivery. */

import { h, icon, write } from "../dom.js";
import { announce, failure } from "../notices.js";
import { projects } from "../rest.js";
import { confirmCancel } from "./confirm-dialog.js";

/** What was asked for is over when the log says so: `done` looks at the project. */
const CHANGES = {
  pause: { asking: "Asked to pause…", done: (project) => project.status === "paused" },
  resume: { asking: "Asked to resume…", done: (project) => project.status !== "paused" },
  cancel: { asking: "Asked to cancel…", done: () => false },
};

const standing = ({ status, workflow_problem: problem }) => `${status} ${problem?.kind ?? ""}`;

/** `{buttons, asked, trouble, update()}`: the buttons, what was asked for with them, and what went wrong. */
export function actions(model, signal) {
  const trouble = h("div", { class: "project-trouble" });
  const asked = h("span", { class: "asked-for", role: "status" });
  const button = (text, name, action, more = {}) =>
    h("button", { type: "button", onclick: action, ...more }, icon(name), text);
  const pause = button("Pause", "paused", () => change("pause"));
  const resume = button("Resume", "resume", () => change("resume"));
  // The forms are loaded when one is first opened.
  const form = (open) => async () => {
    try {
      open(await import("./input-dialogs.js"));
    } catch (error) {
      trouble.replaceChildren(failure(error));
    }
  };
  const askToCancel = async () => {
    if (!pending && (await confirmCancel(model))) change("cancel");
  };
  const cancel = button("Cancel", "close", askToCancel, { class: "danger" });
  const task = button("Give a task", "plus", form(({ taskDialog }) => taskDialog(model)));
  const context = button("Add context", "file", form(({ contextDialog }) => contextDialog(model)));
  const delivery = h("a", { class: "button", href: projects.exportUrl(model.id), download: "" },
    icon("download"), "Download", h("span", { class: "visually-hidden" }, " the delivery"));
  const workflow = h("span", { class: "workflow" });
  const buttons = h("div", { class: "project-actions", role: "group", "aria-label": "Project" },
    pause, resume, cancel, task, context, delivery, workflow);
  let pending = null;
  let looked = null;

  async function change(what) {
    if (pending) return;
    pending = what;
    trouble.replaceChildren();
    update();
    announce(CHANGES[what].asking);
    try {
      await projects.change(model.id, what);
    } catch (error) {
      if (signal.aborted) return;
      pending = null;
      trouble.replaceChildren(failure(error, error.passing ? () => change(what) : undefined));
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

  /** A button that goes while it is focused hands the focus on. */
  function show(one, on) {
    const focused = one === document.activeElement;
    one.hidden = !on;
    if (!focused || on) return;
    const others = [...buttons.querySelectorAll("button")];
    (others.find((other) => !other.hidden && !other.disabled) ?? delivery).focus();
  }

  /** The workflow is there once something has started it, and is asked for again until then. */
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
      workflow.replaceChildren(h("a", { class: "button", href: url, target: "_blank", rel: "noopener" },
        icon("elsewhere"), "Workflow", h("span", { class: "visually-hidden" }, " in Temporal's web UI, in a new tab")));
    } catch (error) {
      if (signal.aborted || workflow.querySelector("a")) return;
      if (error.status === 404) unlinked("No workflow", "Temporal has none of this project: not yet, or no longer.");
      else unlinked("Workflow unknown", error.message);
    }
  }

  function unlinked(text, why) {
    workflow.replaceChildren(h("button", { type: "button", disabled: true, title: why }, icon("elsewhere"), text));
  }

  return { buttons, asked, trouble, update };
}
