/** Giving an agent a task outside the pipeline. */

import { h } from "../dom.js";
import { toast } from "../notices.js";
import { projects } from "../rest.js";
import { title } from "../words.js";
import { blame, formDialog, labelled } from "./form-dialog.js";

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
  const agents = model.agents.map((one) => h("option", { value: one.agent_type }, title(one.agent_type)));
  const agent = labelled("task-agent", "Agent", h("select", {}, agents));
  const words = { rows: 6, maxLength: 10_000, dir: "auto", placeholder: "List the risks of this brief." };
  const instructions = labelled("task-instructions", "Instructions", h("textarea", { ...words, autofocus: true }));
  const list = h("div", { class: "context-choices" });
  const legend = h("legend", {}, "Context that the agent is given");
  const context = h("fieldset", { class: "field context-field" }, legend, list);
  const known = new Map();

  /** The newest version of each artifact, newest first; what was checked stays checked. */
  function choices() {
    const newest = new Map(model.artifacts.map((one) => [`${one.type}/${one.name}`, one]));
    for (const one of [...newest.values()].reverse().slice(0, MOST)) {
      if (known.has(one.artifact_id)) continue;
      const box = h("input", { type: "checkbox", value: one.artifact_id });
      known.set(one.artifact_id, box);
      const plain = one.name === one.type; // the only one of its type, and called so
      list.prepend(h("label", { class: "context-choice-row" }, box,
        h("span", { dir: "auto" }, plain ? title(one.type) : one.name),
        h("span", { class: "soft" }, `${plain ? "" : `${title(one.type)}, `}version ${one.version}`)));
    }
    context.hidden = known.size === 0;
  }

  const dialog = formDialog({
    heading: "Give an agent a task",
    text: "It runs beside the pipeline, and its result is context: no stage waits for it.",
    fields: [agent.element, instructions.element, context],
    required: [[instructions, "Say what the agent should do."]],
    submit: "Give the task",
    send: async () => {
      await projects.giveTask(model.id, {
        agent_type: agent.input.value,
        instructions: instructions.input.value,
        context_ids: [...known].filter(([, box]) => box.checked).map(([id]) => id),
      });
      toast(`The ${agent.input.value} has been given the task.`);
      dialogs.delete(model);
    },
    refused: (error) => blame({ agent_type: agent, instructions }, error),
  });
  return { dialog, choices };
}
