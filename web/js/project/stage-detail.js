/** The details of one stage, or of one task outside the pipeline: its definition, and its tasks. */

import { badge } from "../badges.js";
import { stageModelInWords } from "../crew.js";
import { each, h, icon, onCustom, present, write } from "../dom.js";
import { title } from "../labels.js";
import { LiveTexts } from "../live-text/live-texts.js";
import { live } from "../live.js";
import { gateAsks, upstream } from "../pipeline/stages.js";
import { visible } from "../text.js";
import { artifactLink, taskEntry, updateTask } from "./task-entry.js";

/** @import { Event as LogEvent, Rework, Stage, TaskPublic } from "../api.d.ts" */
/** @import { TaskTranscript } from "../transcript/task-transcript.js" */
/** @import { ProjectModel } from "./model.js" */
/** @import { Child } from "../elements.d.ts" */

/** @typedef {{ stage?: string, task?: string }} Subject a stage's name, or a task's id */

const RULES = {
  always: "A human decides on its result.",
  on_low_confidence: "A human decides on its result if the agent is unsure.",
  never: "No review applies. If the step fails at every attempt, a human is still asked.",
};

/**
 * The details of the subject that show() has set. `close()` is called when a person closes them.
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 * @param {() => void} close
 */
export function stageDetail(model, signal, close) {
  const heading = h("h2", { id: "detail-title", tabindex: "-1" });
  const statusBadge = h("span", {});
  const who = h("span", { class: "soft" });
  const about = h("div", { class: "stage-detail-about" });
  const none = h("p", { class: "soft" }, "It has not started.");
  const list = h("ol", { class: "task-entries", "aria-label": "Tasks" });
  const label = { "aria-label": "Close the step" };
  const closeButton = h(
    "button",
    { type: "button", class: "quiet icon-button", ...label, onclick: close },
    icon("close"),
  );
  const element = h(
    "section",
    { class: "stage-detail", "aria-labelledby": "detail-title", hidden: true },
    h("header", {}, heading, statusBadge, who, closeButton),
    h("div", { class: "stage-detail-body" }, about, h("div", {}, none, list)),
  );
  element.addEventListener("keydown", (event) => event.key === "Escape" && close());
  /** A running task's transcript grows with each event of it. @param {LogEvent[]} events */
  const refreshTranscripts = (events) => {
    for (const id of new Set(events.map(({ task_id }) => task_id))) {
      const transcript = id && list.querySelector(`#task-${CSS.escape(id)} task-transcript`);
      if (transcript) /** @type {TaskTranscript} */ (transcript).refresh();
    }
  };
  onCustom(model, "events", refreshTranscripts, { signal });
  const texts = new LiveTexts();
  const asksModels = !model.project.is_rehearsal;
  if (asksModels && !model.ended) live.read(model.id, (frame) => texts.receive(frame), signal);
  /**
   * Show what the model of a running task is writing.
   * @param {HTMLElement} entry
   * @param {TaskPublic} task
   */
  async function showLiveText(entry, { task_id: id, status }) {
    const works = status === "working";
    if (works && !entry.querySelector("live-text")) {
      const { addLiveText } = await import("../live-text/live-text.js"); // loaded for the first task that works
      if (!signal.aborted) addLiveText(entry, texts, id);
    }
    const element = entry.querySelector("live-text");
    if (element) element.works = works;
  }
  /** @type {Subject | null} */
  let subject = null;
  let described = "";

  function update() {
    const { tasks } = model.progress;
    const wanted = subject?.task;
    const chosen = wanted ? tasks.find(({ task_id }) => task_id === wanted) : undefined;
    const name = subject?.stage ?? chosen?.stage;
    const stage = model.project.pipeline_definition.stages.find((definition) => definition.name === name);
    element.hidden = !stage && !chosen;
    if (element.hidden) return;
    element.toggleAttribute("data-outside", !stage);
    write(heading, stage ? stage.name : "Task outside the pipeline");
    write(who, stage?.agent ?? chosen?.agent_type ?? "");
    const state = (stage ? model.stages.get(stage.name)?.state : chosen?.status) ?? "pending";
    if (statusBadge.dataset.status !== state) statusBadge.replaceChildren(badge("stage", state));
    statusBadge.dataset.status = state;
    const key = `${name}${model.artifacts.length}`;
    if (described !== key) about.replaceChildren(...(stage ? describe(stage, model) : []));
    described = key;
    // Newest first: the newest round matters most.
    const shown = stage ? tasks.filter((task) => task.stage === name).reverse() : present([chosen]);
    none.hidden = shown.length > 0;
    each(list, shown, ({ task_id }) => task_id, (task) => taskEntry(task, signal), (entry, task) => {
      updateTask(entry, task, model);
      if (asksModels) showLiveText(entry, task);
      entry.classList.toggle("chosen", task.task_id === wanted && shown.length > 1);
    });
  }

  return {
    element,
    update,
    /** The name of the stage that is shown, or null. */
    get stage() {
      return element.hidden ? null : heading.textContent;
    },
    /**
     * Show a subject. Return whether it exists.
     * @param {Subject} next
     */
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
const reworkRule = ({ to, max_rounds: max }) =>
  `If the verdict is a failure, ${to} is repeated, at most ${max} times; then a human is asked.`;

/**
 * @param {Stage} stage
 * @param {ProjectModel} model
 */
function describe(stage, model) {
  const newest = new Map(model.artifacts.map((artifact) => [`${artifact.type}/${artifact.name}`, artifact]));
  /** @param {string} type */
  const artifactsOf = (type) => [...newest.values()].filter((artifact) => artifact.type === type);
  /** @param {string} type */
  const missing = (type) => h("li", { class: "soft" }, title(type));
  /** @param {string} type */
  const listed = (type) => (artifactsOf(type).length ? artifactsOf(type).map(artifactLink) : missing(type));
  /** @param {string[]} types */
  const typeList = (types) => h("ul", {}, types.map(listed));
  const rule = gateAsks(stage, model.project.oversight);
  /** @type {([term: string, value: Child] | null | "")[]} */
  const facts = [
    stage.instructions && ["Instructions", h("p", { class: "prose", dir: "auto" }, stage.instructions)],
    [
      "After",
      (upstream(model.project.pipeline_definition).get(stage.name) ?? []).join(", ") || "nothing: it comes first",
    ],
    ["Model", h("span", { dir: "auto" }, visible(stageModelInWords(stage, model.project)))],
    ["Consumes", typeList(stage.consumes)],
    ["Produces", typeList(stage.produces)],
    ["Review", [
      h("p", {}, RULES[rule]),
      rule !== "never" && h("p", { class: "soft", dir: "auto" }, stage.gate?.question),
    ]],
    stage.rework && ["Rework", reworkRule(stage.rework)],
  ];
  return [h("dl", {}, present(facts).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))))];
}
