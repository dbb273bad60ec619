/** An artifact for the crew: in addition to what the steps read or, a task's result, as the next version of a type. */

import { h } from "../dom.js";
import { field } from "../field.js";
import { responder } from "../inbox/responding.js";
import { ENDED_STATUSES, title } from "../labels.js";
import { me } from "../me.js";
import { messageOf, toast } from "../notices.js";
import { formDialog, showFieldErrors } from "../project/form-dialog.js";
import { projects } from "../rest.js";
import { visible } from "../text.js";

/** @import { ArtifactItem, ContextPublic, Pipeline, ProjectPublic } from "../api.d.ts" */

/**
 * Whether an artifact may be given: what a person added, or the result of a task outside the pipeline.
 * @param {ArtifactItem} artifact
 * @param {{ id: string, status: string }} project
 */
export function mayBeGiven(artifact, project) {
  if (ENDED_STATUSES.has(project.status) || !me.may("run", project.id)) return false;
  return artifact.type === "agent_output" ? artifact.accepted_at !== null : isAdded(artifact);
}

/**
 * Whether a person added it as context. The brief is accepted from the start, and an amendment, too.
 * @param {ArtifactItem} artifact
 */
const isAdded = ({ task_id: task, accepted_at: accepted }) => task === null && accepted === null;

/**
 * The types that a stage reads and another one writes, in the pipeline's order.
 * @param {Pipeline} pipeline
 */
export function acceptableTypes({ stages }) {
  const read = new Set(stages.flatMap(({ consumes = [] }) => consumes));
  return stages.flatMap(({ produces }) => produces).filter((type) => read.has(type));
}

/**
 * A button that opens the dialog, or null if the artifact cannot be given.
 * @param {ArtifactItem} artifact
 * @param {ProjectPublic} project
 */
export function giveButton(artifact, project) {
  if (!mayBeGiven(artifact, project)) return null;
  const text = artifact.type === "agent_output" ? "Use in the project …" : "Give to the crew …";
  return h("button", { type: "button", dataset: { changes: "" }, onclick: () => giveDialog(artifact, project) }, text);
}

/**
 * @param {ArtifactItem} artifact
 * @param {ProjectPublic} project
 */
function giveDialog(artifact, project) {
  const types = artifact.type === "agent_output" ? acceptableTypes(project.pipeline_definition) : [];
  const how = field(
    "How the crew reads it",
    h(
      "select",
      { autofocus: true },
      h("option", { value: "" }, "In addition to what each step reads"),
      types.map((type) => h("option", { value: type }, `As the next version of: ${title(type)}`)),
    ),
    "Only steps that begin from now on receive it. It says who gave it.",
  );
  const dialog = formDialog({
    heading: "Give it to the crew",
    text: `${visible(artifact.name)}, version ${artifact.version}.`,
    fields: [how.element],
    required: [],
    submit: "Give it",
    send: async () => {
      const given = await projects.give(project.id, {
        artifact_id: artifact.artifact_id,
        as_type: how.input.value || null,
        given_by: responder.name,
      });
      toast(receipt(given));
    },
    /** @param {unknown} error */
    showErrors: (error) => showFieldErrors({ as_type: how, artifact_id: how }, error),
  });
  document.body.append(dialog);
  dialog.showModal();
  how.input.focus();
}

/**
 * A button that withdraws an artifact from the crew, or null if the crew does not receive it now.
 * @param {ArtifactItem} artifact
 * @param {ProjectPublic} project
 */
export async function withdrawButton({ artifact_id: id }, project) {
  if (ENDED_STATUSES.has(project.status) || !me.may("run", project.id)) return null;
  const { items } = await projects.given(project.id);
  const given = items.find(({ artifact, withdrawn_at: withdrawn }) => artifact.artifact_id === id && !withdrawn);
  if (!given || (given.replaces && !me.may("decide", project.id))) return null;
  const onclick = async () => {
    try {
      await projects.withdraw(project.id, given.context_id, { withdrawn_by: responder.name });
      button.remove();
      toast("Withdrawn. Steps that begin from now on do not receive it.");
    } catch (error) {
      toast(`That did not work: ${messageOf(error)}`);
    }
  };
  const button = h("button", { type: "button", dataset: { changes: "" }, onclick }, "Withdraw from the crew");
  return button;
}

/**
 * "Given: build and launch receive it."
 * @param {ContextPublic} given
 */
const receipt = ({ stages }) =>
  stages.length
    ? `Given. These steps receive it: ${visible(stages.join(", "))}.`
    : "Given. Every step has run: it is received if one is repeated.";
