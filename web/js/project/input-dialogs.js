/** The dialogs that give a project more: context, or a task outside the pipeline. */

import { h } from "../dom.js";
import { field } from "../field.js";
import { title } from "../labels.js";
import { toast } from "../notices.js";
import { projects } from "../rest.js";
import { blame, formDialog, FormDraft } from "./form-dialog.js";

/** @import { ProjectModel } from "./model.js" */
/** @import { AgentType, ArtifactCreate, TaskCreate } from "../api.d.ts" */

/** @type {WeakMap<ProjectModel, HTMLDialogElement>} */
const contextDialogs = new WeakMap();

/** @param {ProjectModel} model */
export function contextDialog(model) {
  const dialog = contextDialogs.get(model) ?? contextForm(model);
  contextDialogs.set(model, dialog);
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {ProjectModel} model */
function contextForm(model) {
  const draft = new FormDraft("context", model.id);
  const name = field(
    "Name",
    h("input", { type: "text", maxLength: 255, dir: "auto", autocomplete: "off" }),
    "One more under the same name is its next version.",
  );
  const content = field(
    "Text, in Markdown",
    h("textarea", { rows: 12, dir: "auto", autofocus: true, placeholder: "# House rules\n\n- No cookies." }),
  );
  name.input.value = draft.values.name ?? "context";
  content.input.value = draft.values.content ?? "";
  const texts = { type: "file", accept: "text/*,.md,.txt" };
  const file = h("input", { ...texts, class: "visually-hidden", onchange: () => read() });

  async function read() {
    const [given] = file.files ?? [];
    if (!given) return;
    content.input.value = await given.text();
    name.input.value = given.name;
    draft.keep();
    content.input.focus();
  }

  const dialog = formDialog({
    heading: "Add context",
    text: "Agents get it with the tasks that name it. It is no part of the delivery.",
    fields: [name.element, content.element, h("label", { class: "button file-choice" }, file, "Read a text file")],
    required: [[name, "Give it a name."], [content, "Write the text, or read it from a file."]],
    submit: "Add the context",
    send: async () => {
      /** @type {ArtifactCreate} */
      const given = { type: "user_input", name: name.input.value, content: content.input.value };
      const added = await projects.addContext(model.id, given, draft.keyOf(given));
      toast(`Added as version ${added.version}.`);
      draft.clear();
      contextDialogs.delete(model);
    },
    /** @param {unknown} error */
    refused: (error) => blame({ name, content }, error),
  });
  const typed = () => ({ name: name.input.value, content: content.input.value });
  draft.follow(dialog, () => (content.input.value.trim() ? typed() : null), model.signal);
  return dialog;
}

const MOST = 100; // artifacts that a task may be given
/** @type {WeakMap<ProjectModel, ReturnType<typeof taskForm>>} */
const taskDialogs = new WeakMap();

/** @param {ProjectModel} model */
export function taskDialog(model) {
  const form = taskDialogs.get(model) ?? taskForm(model);
  taskDialogs.set(model, form);
  const { dialog, choices } = form;
  choices();
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {ProjectModel} model */
function taskForm(model) {
  const draft = new FormDraft("task", model.id);
  const agents = model.agents.map((one) => h("option", { value: one.agent_type }, title(one.agent_type)));
  const agent = field("Agent", h("select", {}, agents));
  const words = { rows: 6, maxLength: 10_000, dir: "auto", placeholder: "List the risks of this brief." };
  const instructions = field("Instructions", h("textarea", { ...words, autofocus: true }));
  if (model.agents.some((one) => one.agent_type === draft.values.agent)) agent.input.value = draft.values.agent;
  instructions.input.value = draft.values.instructions ?? "";
  const list = h("div", { class: "context-choices" });
  const legend = h("legend", {}, "Context that the agent is given");
  const context = h("fieldset", { class: "field context-field" }, legend, list);
  /** @type {Map<string, HTMLInputElement>} the boxes, by the artifact's id */
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
      list.prepend(
        h(
          "label",
          { class: "context-choice-row" },
          box,
          h("span", { dir: "auto" }, plain ? title(one.type) : one.name),
          h("span", { class: "soft" }, `${plain ? "" : `${title(one.type)}, `}version ${one.version}`),
        ),
      );
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
      /** @type {TaskCreate} */
      const task = {
        agent_type: /** @type {AgentType} */ (agent.input.value),
        instructions: instructions.input.value,
        context_ids: chosen(),
      };
      await projects.giveTask(model.id, task, draft.keyOf(task));
      toast(`The ${agent.input.value} has been given the task.`);
      draft.clear();
      taskDialogs.delete(model);
    },
    /** @param {unknown} error */
    refused: (error) => blame({ agent_type: agent, instructions }, error),
  });
  const typed = () => ({ agent: agent.input.value, instructions: instructions.input.value, context: chosen() });
  draft.follow(dialog, () => (instructions.input.value.trim() ? typed() : null), model.signal);
  return { dialog, choices };
}
