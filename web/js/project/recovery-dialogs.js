/** The dialogs that retry a project which has ended, and that start a new project from one. */

import { h } from "../dom.js";
import { field, textField } from "../field.js";
import { title } from "../labels.js";
import { go } from "../navigation.js";
import { toast } from "../notices.js";
import { projects } from "../rest.js";
import { formDialog, FormDraft, showFieldErrors } from "./form-dialog.js";

/** @import { ParentKind, ProjectCreate, RetryChoices, RetryCreate } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/**
 * Ask from which stage to retry the project. Throws a Problem if its stages cannot be read.
 * @param {ProjectModel} model
 */
export async function retryDialog(model) {
  const choices = await projects.retryChoices(model.id, { signal: model.signal });
  const draft = new FormDraft("retry", model.id);
  const stage = field("Begin with", stageSelect(choices, draft.values.stage ?? choices.default));
  const again = h("p", { class: "soft", "aria-live": "polite" });
  const comment = textField("What should be different this time?", draft.values.comment ?? "", () => {}, {
    hint: "The step’s agent gets it as feedback.",
    rows: 5,
    maxLength: 10_000,
  });
  const explain = () => {
    const reopens = choices.stages.find((choice) => choice.stage === stage.input.value)?.reopens ?? [];
    again.textContent = reopens.length
      ? `These run again after it: ${reopens.join(", ")}. What they had produced stays in the history.`
      : "No other step depends on it.";
  };
  stage.input.addEventListener("change", explain);
  explain();
  const dialog = formDialog({
    heading: "Retry the project",
    text: "What the other steps have accepted stays.",
    fields: [stage.element, again, comment.element],
    required: [],
    submit: "Retry",
    send: async () => {
      /** @type {RetryCreate} */
      const body = { from_stage: stage.input.value, comment: comment.input.value.trim() ? comment.input.value : null };
      const { retry } = await projects.retry(model.id, body, draft.keyOf(body));
      draft.clear();
      toast(`The project is retried from ${retry.from_stage}.`);
      model.refresh();
    },
    /** @param {unknown} error */
    showErrors: (error) => showFieldErrors({ from_stage: stage, comment }, error),
  });
  draft.follow(dialog, () => ({ stage: stage.input.value, comment: comment.input.value }), model.signal);
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * @param {RetryChoices} choices
 * @param {string} chosen
 */
function stageSelect(choices, chosen) {
  const option = (/** @type {RetryChoices["stages"][number]} */ { stage, agent_type: agent }) =>
    h("option", { value: stage, selected: stage === chosen }, `${stage} (${title(agent)})`);
  return h("select", {}, choices.stages.map(option));
}

/** @type {Record<ParentKind, { heading: string, text: string, submit: string }>} */
const KINDS = {
  duplicate: {
    heading: "Duplicate the project",
    text: "A new project with the same pipeline, crew, model, budget, oversight and source. Edit the brief first.",
    submit: "Start the duplicate",
  },
  follow_up: {
    heading: "Follow up on the project",
    text: "A new project that begins from what this one delivered, with the same settings.",
    submit: "Start the follow-up",
  },
};

/**
 * Ask for the brief of a new project that comes from this one.
 * @param {ProjectModel} model
 * @param {ParentKind} kind
 */
export function successorDialog(model, kind) {
  const { project } = model;
  const draft = new FormDraft(kind, model.id);
  const isDuplicate = kind === "duplicate";
  const typed = draft.values;
  const name = field("Name", h("input", { type: "text", maxLength: 255, dir: "auto", autocomplete: "off" }));
  name.input.value = typed.name ?? (isDuplicate ? `${project.name.slice(0, 248)} (copy)` : "");
  const brief = textField("Brief, in Markdown", typed.brief ?? (isDuplicate ? project.description : ""), () => {}, {
    hint: isDuplicate ? "That of the project, to be edited." : "What should change, or be added.",
    rows: 14,
  });
  const dialog = formDialog({
    ...KINDS[kind],
    fields: [name.element, brief.element],
    required: [[name, "Give it a name."], [brief, "Write what you want."]],
    send: async () => {
      /** @type {ProjectCreate} */
      const body = {
        name: name.input.value,
        description: brief.input.value,
        parent: { project_id: model.id, kind },
      };
      const started = await projects.start(body, draft.keyOf(body));
      draft.clear();
      go(`/projects/${started.id}`);
    },
    /** @param {unknown} error */
    showErrors: (error) => showFieldErrors({ name, description: brief }, error),
  });
  draft.follow(dialog, () => ({ name: name.input.value, brief: brief.input.value }), model.signal);
  document.body.append(dialog);
  dialog.showModal();
}
