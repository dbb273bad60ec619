/** What stands still since its workflow does not go on, the project or tasks of its own, and the two ways out. */

import { each, h, icon } from "../dom.js";
import { problem } from "../labels.js";
import { announce, failure } from "../notices.js";
import { projects, tasks } from "../rest.js";
import { visible } from "../text.js";
import { confirmEnd } from "./confirm-dialog.js";

const ASKING = { restart: "Starting it again…", end: "Ending it…" };

/** `{element, update()}`. */
export function stopped(model, signal) {
  const element = h("div", { class: "stopped", role: "group", "aria-label": "What stands still", hidden: true });

  function update() {
    const { project, progress } = model;
    const found = [
      project.workflow_problem && { id: project.id, of: projects, problem: project.workflow_problem },
      ...progress.tasks.filter((task) => task.workflow_problem)
        .map((task) => ({ id: task.task_id, task, of: tasks, problem: task.workflow_problem })),
    ].filter(Boolean);
    each(element, found, ({ id }) => id, (item) => banner(item, model, signal), paint);
    element.hidden = found.length === 0;
  }
  return { element, update };
}

function banner({ id, task, of }, model, signal) {
  const what = task ? `the task of the ${task.agent_type}` : "the project";
  const trouble = h("div", {});
  const button = (text, name, action, more) =>
    h("button", { type: "button", onclick: action, ...more }, icon(name), text, h("span", { class: "visually-hidden" }, `: ${what}`));
  const restart = button("Start again from its records", "resume", () => ask("restart"));
  const end = button(task ? "End the task" : "End the project", "close", async () => (await confirmEnd(what)) && ask("end"), { class: "danger" });
  const element = h("div", { class: "notice", dataset: { tone: "bad" } },
    h("strong", {}), h("span", { class: "prose", dir: "auto" }), restart, end, trouble);
  let pending = false;

  async function ask(change) {
    if (pending) return;
    mark(true);
    trouble.replaceChildren();
    announce(ASKING[change]);
    try {
      await of.change(id, change);
      model.refresh();
    } catch (error) {
      if (!signal.aborted) trouble.replaceChildren(failure(error, error.passing ? () => ask(change) : undefined));
    } finally {
      mark(false);
    }
  }

  // Not `disabled`, which would take the focus from the button that was just pressed.
  function mark(on) {
    pending = on;
    for (const one of [restart, end]) one.setAttribute("aria-disabled", String(on));
  }
  return element;
}

function paint(element, { task, problem: found }) {
  const [heading, detail] = element.children;
  const subject = task ? `The ${task.agent_type}'s task stands still` : "The project stands still";
  const says = `${subject}: ${problem(found.kind)}`;
  if (heading.textContent !== says) heading.textContent = says;
  const why = visible(found.detail);
  if (detail.textContent !== why) detail.textContent = why;
}
