/** Giving an agent a task outside the pipeline. */

import { h } from "../dom.js";
import { toast } from "../notices.js";
import { projects } from "../rest.js";
import { title } from "../words.js";
import { blame, formDialog, labelled } from "./form-dialog.js";
import { FormDraft } from "./form-draft.js";

const MOST = 100; // artifacts that a task may be given
const dialogs = new WeakMap();

export function taskDialog(model) {
  if (!dialogs.has(model)) dialogs.set(model, made(model));
  const { dialog, choices } = dialogs.get(model);
  choices();
  document.body.append(dialog);
  dialog.showModal();
}

function made(model) {
  const draft = new FormDraft("task", model.id);
  const agents = model.agents.map((one) => h("option", { value: one.agent_type }, title(one.agent_type)));
  const agent = labelled("task-agent", "Agent", h("select", {}, agents));
  const words = { rows: 6, maxLength: 10_000, dir: "auto", placeholder: "List the risks of this brief." };
  const instructions = labelled("task-instructions", "Instructions", h("textarea", { ...words, autofocus: true }));
  if (model.agents.some((one) => one.agent_type === draft.values.agent)) agent.input.value = draft.values.agent;
  instructions.input.value = draft.values.instructions ?? "";
  const list = h("div", { class: "context-choices" });
  const legend = h("legend", {}, "Context that the agent is given");
  const context = h("fieldset", { class: "field context-field" }, legend, list);
  const known = new Map();

  /** The newest version of each artifact, newest first; what was checked stays checked. */
  function choices() {
    const newest = new Map(model.artifacts.map((one) => [`${one.type}/${one.name}`, one]));
    for (const one of [...newest.values()].reverse().slice(0, MOST)) {
      if (known.has(one.artifact_id)) continue;
      const checked = draft.values.context?.includes(one.artifact_id);
      const box = h("input", { type: "checkbox", value: one.artifact_id, checked });
      known.set(one.artifact_id, box);
      const plain = one.name === one.type; // the only one of its type, and called so
      list.prepend(h("label", { class: "context-choice-row" }, box,
        h("span", { dir: "auto" }, plain ? title(one.type) : one.name),
        h("span", { class: "soft" }, `${plain ? "" : `${title(one.type)}, `}version ${one.version}`)));
    }
    context.hidden = known.size === 0;
  }

  const chosen = () => [...known].filter(([, box]) => box.checked).map(([id]) => id);

  const dialog = formDialog({
    heading: "Give an agent a task",
    text: "It runs beside the pipeline, and its result is context: no stage waits for it.",
    fields: [agent.element, instructions.element, context],
    required: [[instructions, "Say what the agent should do."]],
    submit: "Give the task",
    send: async () => {
      const task = { agent_type: agent.input.value, instructions: instructions.input.value, context_ids: chosen() };
      await projects.giveTask(model.id, task, draft.keyOf(task));
      toast(`The ${agent.input.value} has been given the task.`);
      draft.clear();
      dialogs.delete(model);
    },
    refused: (error) => blame({ agent_type: agent, instructions }, error),
  });
  const typed = () => ({ agent: agent.input.value, instructions: instructions.input.value, context: chosen() });
  draft.follow(dialog, () => (instructions.input.value.trim() ? typed() : null), model.signal);
  return { dialog, choices };
}
