/** The sentence about what a project does now. */

import { h } from "../dom.js";
import { waitInWords } from "../labels.js";
import { stepSentence } from "../now.js";

/** @import { ProjectModel } from "./model.js" */

const MOST_STEPS = 4;

/** @param {ProjectModel} model */
export function nowLine(model) {
  const element = h("div", { class: "project-now" });
  let shown = "";

  function update() {
    const { status } = model.project;
    const steps = model.ended ? [] : workingSteps(model);
    const doing = steps.map(({ agent_type: agent }) => model.doing.get(agent));
    const open = model.progress.open_requests;
    const held = open.map((request) => model.holdsDeadline(request));
    const key = JSON.stringify([
      status,
      model.project.phase,
      steps,
      doing,
      open.map(({ request_id }) => request_id),
      held,
    ]);
    if (key === shown) return;
    shown = key;
    element.replaceChildren(...sentences());
    element.hidden = !element.firstChild;

    /** @returns {Element[]} */
    function sentences() {
      if (model.ended) return [];
      const lines = steps.slice(0, MOST_STEPS).map((step, index) => {
        const wait = doing[index]?.wait;
        const before = status === "paused" && index === 0 ? "Paused after this step · " : "";
        const chip = wait && h("span", { class: "badge now-wait", dataset: { tone: "asks" } }, waitInWords(wait));
        return h("p", {}, before, stepSentence(step, doing[index]), chip);
      });
      if (steps.length > MOST_STEPS) {
        lines.push(h("p", { class: "soft" }, `and ${steps.length - MOST_STEPS} more steps`));
      }
      if (!steps.length && !open.length) lines.push(h("p", {}, idle(status)));
      return lines;
    }
  }
  return { element, update };
}

/** @param {string} status */
function idle(status) {
  if (status === "paused") return "Paused · nothing starts until somebody resumes it";
  if (status === "starting") return "Waiting for a worker";
  return "The next step is about to start";
}

/** The running steps of a project, oldest first. @param {ProjectModel} model */
const workingSteps = (model) =>
  model.progress.tasks.filter(({ status }) => status === "working")
    .map(({ agent_type, stage, round, created_at: since }) => ({
      agent_type,
      stage: model.stages.has(stage) ? stage : "a task outside the pipeline",
      round,
      since,
    }));
