/** The agents of a project: the status of each, and what it is doing now. */

import { badge } from "../badges.js";
import { crewInWords, modelsOf } from "../crew.js";
import { childrenOf, each, h, write } from "../dom.js";
import { title, waitInWords } from "../labels.js";
import { visible } from "../text.js";

/** @import { AgentStatePublic, TaskPublic } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/**
 * The panel of the agents.
 * @param {ProjectModel} model
 */
export function agentsPanel(model) {
  const list = h("ul", { class: "crew" });
  const provider = h("span", { class: "provider soft" });
  const element = h(
    "section",
    { class: "panel", "aria-labelledby": "crew-title" },
    h("header", {}, h("h2", { id: "crew-title" }, "Agents"), provider),
    list,
  );
  write(provider, visible(crewInWords(model.project)));
  return {
    element,
    update() {
      const tasks = new Map(model.progress.tasks.map((task) => [task.task_id, task]));
      /**
       * @param {HTMLElement} item
       * @param {AgentStatePublic} agent
       */
      const paint = (item, agent) => update(item, agent, tasks.get(agent.task_id ?? ""), model);
      each(list, model.agents, (agent) => agent.agent_type, (agent) => makeItem(agent, model), paint);
    },
  };
}

/**
 * @param {AgentStatePublic} agent
 * @param {ProjectModel} model
 */
function makeItem(agent, { project }) {
  // In a project of one model, the head of the panel has said it.
  const models = modelsOf(project).length > 1 ? modelsOf(project, agent.agent_type) : [];
  return h(
    "li",
    { class: "crew-agent" },
    h(
      "div",
      { class: "crew-name" },
      h("strong", {}, title(agent.agent_type)),
      h("span", {}),
      h("span", { class: "badge crew-wait", dataset: { tone: "asks" }, hidden: true }),
    ),
    h("p", { class: "crew-says cut", dir: "auto" }),
    models.length > 0 && h("p", { class: "crew-model mono faint" }, visible(models.join(", "))),
    h("progress", { max: 1, "aria-label": `Progress of the ${agent.agent_type}` }),
  );
}

/**
 * @param {HTMLElement} item
 * @param {AgentStatePublic} agent
 * @param {TaskPublic | undefined} task
 * @param {ProjectModel} model
 */
function update(item, agent, task, model) {
  // Agents of an ended project are idle, whatever they were doing when it was cancelled.
  agent = model.ended ? { ...agent, status: "idle" } : agent;
  const [head, text] = childrenOf(item);
  const [, statusBadge, chip] = childrenOf(head);
  if (statusBadge.dataset.status !== agent.status) statusBadge.replaceChildren(badge("agent", agent.status));
  statusBadge.dataset.status = item.dataset.status = agent.status;
  const doing = agent.status === "working" ? model.doing.get(agent.agent_type) : null;
  write(text, activity(agent, task, doing?.message, model));
  text.title = text.textContent;
  chip.hidden = !doing?.wait;
  write(chip, doing?.wait ? waitInWords(doing.wait) : "");
  const progress = /** @type {HTMLProgressElement} */ (item.lastElementChild);
  progress.hidden = doing?.fraction === undefined || doing.fraction === null;
  progress.value = doing?.fraction ?? 0;
}

/**
 * "build, round 2: writing the tests", or what the agent did last.
 * @param {AgentStatePublic} agentState
 * @param {TaskPublic | undefined} task
 * @param {string | undefined} message
 * @param {ProjectModel} model
 */
function activity({ status }, task, message, model) {
  if (!task) return "No task yet";
  const stage = task.round > 1 ? `${task.stage}, round ${task.round}` : task.stage;
  const place = model.stages.has(task.stage) ? stage : "a task outside the pipeline";
  if (status === "idle") return `Last on ${place}`;
  const detail = message ?? (status === "error" ? task.error : null);
  return detail ? `${place}: ${visible(detail)}` : `On ${place}`;
}
