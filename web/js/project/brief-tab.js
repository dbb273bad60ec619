/** The tab of what a project began from: its brief, its settings, and what people added since. */

import { LEVELS } from "../badges.js";
import { crewInWords } from "../crew.js";
import { each, h, present, write } from "../dom.js";
import { status, title } from "../labels.js";
import { projects, tasks } from "../rest.js";
import { visible } from "../text.js";
import { originOf, projectLink } from "./lineage.js";
import { artifactLink } from "./task-entry.js";

/** @import { ArtifactItem, ContextPublic } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/** @param {ProjectModel} model */
export function briefTab(model) {
  const list = h("ul", { class: "brief-context" });
  const none = h("p", { class: "soft" }, "Nobody has added context.");
  const taskList = h("ul", { class: "brief-context" });
  const outside = h(
    "section",
    { "aria-labelledby": "outside-title" },
    h("h2", { id: "outside-title" }, "Tasks outside the pipeline"),
    taskList,
  );

  /** Who gave or withdrew each artifact, in words, by its id. @type {Map<string, string>} */
  let given = new Map();
  /** @type {unknown} */
  let listed = null;

  /** An artifact's being given and withdrawn makes the list of artifacts another one. */
  async function readGiven() {
    listed = model.artifacts;
    const { items } = await projects.given(model.id, { signal: model.signal }).catch(() => ({ items: null }));
    if (!items) return; // the warning above says that it may be out of date
    given = new Map(items.map((one) => [one.artifact.artifact_id, stateOf(one)]));
    update();
  }

  function update() {
    const added = model.artifacts.filter(({ type, name }) => type === "user_input" && name !== "brief").reverse();
    if (model.artifacts !== listed) readGiven();
    each(
      list,
      added,
      ({ artifact_id: id }) => `${id} ${given.get(id)}`,
      (one) => contextRow(one, given.get(one.artifact_id)),
    );
    none.hidden = added.length > 0;
    const others = model.progress.tasks.filter(({ stage }) => !model.stages.has(stage)).reverse();
    outside.hidden = others.length === 0;
    each(
      taskList,
      others,
      ({ task_id, status }) => `${task_id} ${status}`,
      (task) =>
        h(
          "li",
          {},
          h("a", { href: `#task=${task.task_id}` }, title(task.agent_type)),
          h("span", { class: "soft" }, ` ${status("task", task.status).word.toLowerCase()}, `),
          h("time-ago", { class: "soft", datetime: task.created_at }),
          instructions(task.task_id, model.signal),
        ),
    );
  }
  model.addEventListener("change", update, { signal: model.signal });
  update();
  return h(
    "div",
    { class: "brief-columns" },
    h(
      "section",
      { class: "brief-text", "aria-labelledby": "brief-title" },
      h("h2", { id: "brief-title" }, "Brief"),
      brief(model),
    ),
    h(
      "div",
      { class: "brief-aside" },
      h(
        "section",
        { "aria-labelledby": "settings-title" },
        h("h2", { id: "settings-title" }, "Settings"),
        settings(model),
      ),
      h("section", { "aria-labelledby": "context-title" }, h("h2", { id: "context-title" }, "Context"), none, list),
      outside,
    ),
  );
}

/** @param {ContextPublic} given */
const stateOf = ({ given_by: giver, withdrawn_by: withdrawer }) =>
  visible(withdrawer ? `withdrawn by ${withdrawer}` : `given to the crew by ${giver}`);

/**
 * @param {ArtifactItem} artifact
 * @param {string | undefined} state
 */
function contextRow(artifact, state = "not given to the crew") {
  const row = artifactLink(artifact);
  row.append(h("span", { class: "soft", dir: "auto" }, `· ${state}`));
  return row;
}

/**
 * What a task was asked to do, in one line.
 * @param {string} id
 * @param {AbortSignal} signal
 */
function instructions(id, signal) {
  const line = h("p", { class: "soft cut", dir: "auto" });
  tasks.get(id, { signal }).then(({ instructions: text }) => write(line, visible(text.split("\n", 1)[0])), () => {});
  return line;
}

/** @param {ProjectModel} model */
function brief(model) {
  const artifact = model.artifacts.find(({ type, name }) => type === "user_input" && name === "brief");
  return artifact
    ? h("artifact-view", { artifact })
    : h("pre", { class: "prose", dir: "auto" }, visible(model.project.description));
}

/** @param {ProjectModel} model */
function settings({ project }) {
  const { word, means } = LEVELS[project.oversight ?? ""];
  /** @type {([term: string, value: Child] | false | null | "")[]} */
  const facts = [
    originOf(project),
    project.owner && ["Owner", h("bdi", {}, visible(project.owner))],
    project.tags.length > 0 && ["Tags", h("bdi", {}, visible(project.tags.join(", ")))],
    ["Pipeline", h("span", { class: "mono" }, project.pipeline)],
    ["Oversight", [word, h("span", { class: "soft" }, ` ${means}`)]],
    ["Crew", h("span", { dir: "auto" }, visible(crewInWords(project)))],
    project.children.length > 0 &&
    ["Projects that come from it", h("ul", {}, project.children.map((child) => h("li", {}, projectLink(child))))],
  ];
  return h("dl", {}, present(facts).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}
