/** The dialogs that add context to a project, or give it a task outside the pipeline. */

import { isNamed, kindOf, nameOf } from "../artifacts/name.js";
import { find, h, write } from "../dom.js";
import { field } from "../field.js";
import { responder } from "../inbox/responding.js";
import { title } from "../labels.js";
import { toast } from "../notices.js";
import { projects } from "../rest.js";
import { visible } from "../text.js";
import { ANOTHER_NAME, ASK_AGAIN, freeName, replacedBy } from "./context-name.js";
import { formDialog, FormDraft, showFieldErrors } from "./form-dialog.js";

/** @import { ProjectModel } from "./model.js" */
/** @import { ArtifactCreate, TaskCreate } from "../api.d.ts" */

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
    h("input", { type: "text", maxLength: 255, dir: "auto", autocomplete: "off", oninput: () => sayWhatItReplaces() }),
    ANOTHER_NAME,
  );
  const hint = find(".faint", name.element);
  const replaced = () => replacedBy(model.artifacts, name.input.value.trim());

  function sayWhatItReplaces() {
    const before = replaced();
    const instead = before &&
      `It replaces version ${before.version} of ${visible(before.name)}: the crew reads it instead.`;
    write(hint, instead ?? ANOTHER_NAME);
  }

  const content = field(
    "Text, in Markdown",
    h("textarea", { rows: 12, dir: "auto", autofocus: true, placeholder: "# House rules\n\n- No cookies." }),
  );
  name.input.value = draft.values.name ?? freeName(model.artifacts);
  content.input.value = draft.values.content ?? "";
  const give = h("input", { type: "checkbox", checked: draft.values.give ?? true });
  const texts = { type: "file", accept: "text/*,.md,.txt" };
  const file = h("input", { ...texts, class: "visually-hidden", onchange: () => read() });

  async function read() {
    const [given] = file.files ?? [];
    if (!given) return;
    content.input.value = await given.text();
    name.input.value = given.name;
    sayWhatItReplaces();
    draft.saveSoon();
    content.input.focus();
  }

  const dialog = formDialog({
    heading: "Add context",
    text:
      "Agents receive it with the tasks that name it, and with every step that begins from now on, unless you say " +
      "otherwise. It is not part of the delivery.",
    fields: [
      name.element,
      content.element,
      h("label", { class: "button file-choice" }, file, "Read a text file"),
      h("label", { class: "context-choice-row" }, give, "Give it to the steps that have not run"),
    ],
    required: [[name, "Give it a name."], [content, "Write the text, or read it from a file."]],
    submit: "Add the context",
    send: async () => {
      /** @type {ArtifactCreate} */
      const given = {
        type: "user_input",
        name: name.input.value,
        content: content.input.value,
        give: give.checked,
        given_by: responder.name,
      };
      const before = replaced();
      const added = await projects.addContext(model.id, given, draft.keyOf(given));
      const what = before ? `Version ${added.version} replaces version ${before.version} of it` : "Added";
      const how = give.checked ? "; the steps that begin from now on receive it" : "";
      const again = before && give.checked && model.progress.open_requests.length > 0 ? ASK_AGAIN : "";
      toast(`${visible(added.name)}: ${what.toLowerCase()}${how}.${again}`);
      draft.clear();
      contextDialogs.delete(model);
    },
    /** @param {unknown} error */
    showErrors: (error) => showFieldErrors({ name, content }, error),
  });
  const typed = () => ({ name: name.input.value, content: content.input.value, give: give.checked });
  sayWhatItReplaces();
  draft.follow(dialog, () => (content.input.value.trim() ? typed() : null), model.signal);
  return dialog;
}

const MAX_ARTIFACTS = 100; // that are offered as context
/** @type {WeakMap<ProjectModel, ReturnType<typeof taskForm>>} */
const taskDialogs = new WeakMap();

/** @param {ProjectModel} model */
export function taskDialog(model) {
  const form = taskDialogs.get(model) ?? taskForm(model);
  taskDialogs.set(model, form);
  const { dialog, addChoices } = form;
  addChoices();
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {ProjectModel} model */
function taskForm(model) {
  const draft = new FormDraft("task", model.id);
  const agents = model.roles.map((type) => h("option", { value: type }, title(type)));
  const agent = field("Agent", h("select", {}, agents));
  const words = { rows: 6, maxLength: 10_000, dir: "auto", placeholder: "List the risks of this brief." };
  const instructions = field("Instructions", h("textarea", { ...words, autofocus: true }));
  if (model.roles.includes(draft.values.agent)) agent.input.value = draft.values.agent;
  instructions.input.value = draft.values.instructions ?? "";
  const list = h("div", { class: "context-choices" });
  const legend = h("legend", {}, "Context for the agent");
  const context = h("fieldset", { class: "field context-field" }, legend, list);
  /** @type {Map<string, HTMLInputElement>} by the artifact's id */
  const boxes = new Map();

  /** Offer the newest version of each artifact, newest first; what was checked stays checked. */
  function addChoices() {
    const newest = new Map(model.artifacts.map((artifact) => [`${artifact.type}/${artifact.name}`, artifact]));
    for (const artifact of [...newest.values()].reverse().slice(0, MAX_ARTIFACTS)) {
      if (boxes.has(artifact.artifact_id)) continue;
      const checked = draft.values.context?.includes(artifact.artifact_id);
      const box = h("input", { type: "checkbox", value: artifact.artifact_id, checked });
      boxes.set(artifact.artifact_id, box);
      list.prepend(
        h(
          "label",
          { class: "context-choice-row" },
          box,
          h("span", { dir: "auto" }, nameOf(artifact)),
          h(
            "span",
            { class: "soft" },
            `${isNamed(artifact) ? `${kindOf(artifact)}, ` : ""}version ${artifact.version}`,
          ),
        ),
      );
    }
    context.hidden = boxes.size === 0;
  }

  const chosen = () => [...boxes].filter(([, box]) => box.checked).map(([id]) => id);

  const dialog = formDialog({
    heading: "Give an agent a task",
    text:
      "It runs beside the pipeline: no step waits for it. Its result can then be used in the project, as context or " +
      "as the next version of what the steps read: under Work, choose it, and then Use in the project.",
    fields: [agent.element, instructions.element, context],
    required: [[instructions, "Say what the agent should do."]],
    submit: "Give the task",
    send: async () => {
      /** @type {TaskCreate} */
      const task = {
        agent_type: /** @type {string} */ (agent.input.value),
        instructions: instructions.input.value,
        context_ids: chosen(),
      };
      await projects.giveTask(model.id, task, draft.keyOf(task));
      toast(`The ${agent.input.value} has been given the task.`);
      draft.clear();
      taskDialogs.delete(model);
    },
    /** @param {unknown} error */
    showErrors: (error) => showFieldErrors({ agent_type: agent, instructions }, error),
  });
  const typed = () => ({ agent: agent.input.value, instructions: instructions.input.value, context: chosen() });
  draft.follow(dialog, () => (instructions.input.value.trim() ? typed() : null), model.signal);
  return { dialog, addChoices };
}
