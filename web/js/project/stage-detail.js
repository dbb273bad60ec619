/** What there is to know of one stage (or of one task outside the pipeline): what it should do, and how that went. */

import { badge } from "../badges.js";
import { each, h, icon, present, write } from "../dom.js";
import { title } from "../labels.js";
import { asks, upstream } from "../pipeline/stages.js";
import { artifactLink, taskEntry, updateTask } from "./task-entry.js";

/** @import { ArtifactType, Rework, Stage } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */
/** @import { Child } from "../elements.d.ts" */

/** @typedef {{ stage?: string, task?: string }} Subject a stage's name, or a task's id */

const RULES = {
  always: "A human decides after it.",
  on_low_confidence: "A human decides after it when the agent is unsure.",
  never: "None is in force. When its step fails for good, a human is asked all the same.",
};

/**
 * `{element, stage, show(subject), hide(), update()}`; a subject is `{stage}` or `{task}` (a task's id), and `stage` is
 * the name of the stage that is shown. `close()` is called when a person closes it.
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 * @param {() => void} close
 */
export function stageDetail(model, signal, close) {
  const heading = h("h2", { id: "detail-title", tabindex: "-1" });
  const standing = h("span", {});
  const who = h("span", { class: "soft" });
  const about = h("div", { class: "stage-detail-about" });
  const none = h("p", { class: "soft" }, "It has not begun.");
  const list = h("ol", { class: "task-entries", "aria-label": "Tasks" });
  const says = { "aria-label": "Close the stage" };
  const shut = h("button", { type: "button", class: "quiet icon-button", ...says, onclick: close }, icon("close"));
  const element = h(
    "section",
    { class: "stage-detail", "aria-labelledby": "detail-title", hidden: true },
    h("header", {}, heading, standing, who, shut),
    h("div", { class: "stage-detail-body" }, about, h("div", {}, none, list)),
  );
  element.addEventListener("keydown", (event) => event.key === "Escape" && close());
  /** @type {Subject | null} */
  let subject = null;
  let described = "";

  function update() {
    const { tasks } = model.progress;
    const wanted = subject?.task;
    const chosen = wanted ? tasks.find((one) => one.task_id === wanted) : undefined;
    const name = subject?.stage ?? chosen?.stage;
    const stage = model.project.pipeline_definition.stages.find((one) => one.name === name);
    element.hidden = !stage && !chosen;
    if (element.hidden) return;
    element.toggleAttribute("data-outside", !stage);
    write(heading, stage ? stage.name : "Task outside the pipeline");
    write(who, stage?.agent ?? chosen?.agent_type ?? "");
    const state = (stage ? model.stages.get(stage.name)?.state : chosen?.status) ?? "pending";
    if (standing.dataset.status !== state) standing.replaceChildren(badge("stage", state));
    standing.dataset.status = state;
    const known = `${name}${model.artifacts.length}`;
    if (described !== known) about.replaceChildren(...(stage ? describe(stage, model) : []));
    described = known;
    // Newest first: that is the round one wants to know about.
    const shown = stage ? tasks.filter((one) => one.stage === name).reverse() : present([chosen]);
    none.hidden = shown.length > 0;
    each(list, shown, (one) => one.task_id, (one) => taskEntry(one, signal), (entry, one) => {
      updateTask(entry, one, model);
      entry.classList.toggle("chosen", one.task_id === wanted && shown.length > 1);
    });
  }

  return {
    element,
    update,
    get stage() {
      return element.hidden ? null : heading.textContent;
    },
    /** @param {Subject} next */
    show(next) {
      subject = next;
      update();
      if (element.hidden) return false;
      const target = !subject?.task ? null : list.querySelector(`#task-${CSS.escape(subject.task)}`);
      heading.focus({ preventScroll: true });
      element.scrollIntoView({ block: "nearest" });
      target?.scrollIntoView({ block: "nearest" });
      return true;
    },
    hide() {
      subject = null;
      element.hidden = true;
    },
  };
}

/** @param {Rework} rework */
const reworked = ({ to, max_rounds: most }) =>
  `When the verdict is a failure, ${to} is done again, at most ${most} times; then a human is asked.`;

/**
 * @param {Stage} stage
 * @param {ProjectModel} model
 */
function describe(stage, model) {
  const newest = new Map(model.artifacts.map((one) => [`${one.type}/${one.name}`, one]));
  /** @param {ArtifactType} type */
  const of = (type) => [...newest.values()].filter((one) => one.type === type);
  /** @param {ArtifactType} type */
  const missing = (type) => h("li", { class: "soft" }, title(type));
  /** @param {ArtifactType} type */
  const listed = (type) => (of(type).length ? of(type).map(artifactLink) : missing(type));
  /** @param {ArtifactType[]} types */
  const kinds = (types) => h("ul", {}, types.map(listed));
  const rule = asks(stage, model.project.oversight);
  /** @type {([term: string, value: Child] | null | "")[]} */
  const facts = [
    stage.instructions && ["Instructions", h("p", { class: "prose", dir: "auto" }, stage.instructions)],
    [
      "After",
      (upstream(model.project.pipeline_definition).get(stage.name) ?? []).join(", ") || "nothing: it comes first",
    ],
    ["Consumes", kinds(stage.consumes)],
    ["Produces", kinds(stage.produces)],
    ["Gate", [
      h("p", {}, RULES[rule]),
      rule !== "never" && h("p", { class: "soft", dir: "auto" }, stage.gate?.question),
    ]],
    stage.rework && ["Rework", reworked(stage.rework)],
  ];
  return [h("dl", {}, present(facts).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))))];
}
