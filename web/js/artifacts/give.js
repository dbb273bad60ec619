/** An artifact for the crew: in addition to what the steps read or, a task's result, as the next version of a type. */

import { h } from "../dom.js";
import { field } from "../field.js";
import { responder } from "../inbox/responding.js";
import { ENDED_STATUSES, title } from "../labels.js";
import { me } from "../me.js";
import { messageOf, toast } from "../notices.js";
import { ASK_AGAIN } from "../project/context-name.js";
import { formDialog, showFieldErrors } from "../project/form-dialog.js";
import { projects } from "../rest.js";
import { joined, visible } from "../text.js";
import { nameOf } from "./name.js";
import { isAdded } from "./versions.js";

/** @import { ArtifactItem, ContextPublic, Pipeline, ProjectPublic } from "../api.d.ts" */
/** @import { ProjectModel } from "../project/model.js" */

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
 * What a task's result can be the next version of, in the pipeline's order: types of the same format that a stage has
 * written, and that a stage reads which has not begun.
 * @param {ArtifactItem} result
 * @param {{ pipeline: Pipeline, begun: Set<string>, artifacts: ArtifactItem[] }} project
 */
export function acceptableTypes({ media_type: media }, { pipeline: { stages }, begun, artifacts }) {
  const read = new Set(stages.flatMap(({ name, consumes = [] }) => (begun.has(name) ? [] : consumes)));
  const written = new Set(
    artifacts.filter((one) => one.accepted_at !== null && one.media_type === media).map(({ type }) => type),
  );
  return stages.flatMap(({ produces }) => produces).filter((type) => read.has(type) && written.has(type));
}

/**
 * A button that opens the dialog, or null if the artifact cannot be given.
 * @param {ArtifactItem} artifact
 * @param {ProjectModel} model
 */
export function giveButton(artifact, model) {
  if (!mayBeGiven(artifact, model.project)) return null;
  const text = artifact.type === "agent_output" ? "Use in the project …" : "Give to the crew …";
  return h("button", { type: "button", dataset: { changes: "" }, onclick: () => giveDialog(artifact, model) }, text);
}

/**
 * @param {ArtifactItem} artifact
 * @param {ProjectModel} model
 */
function typesFor(artifact, { project, stages, artifacts }) {
  // It takes the place of what a person decided on, so only somebody who may decide can do that.
  if (artifact.type !== "agent_output" || !me.may("decide", project.id)) return [];
  const begun = new Set([...stages].filter(([, { task }]) => task).map(([name]) => name));
  return acceptableTypes(artifact, { pipeline: project.pipeline_definition, begun, artifacts });
}

/**
 * @param {ArtifactItem} artifact
 * @param {ProjectModel} model
 */
function giveDialog(artifact, model) {
  const { project } = model;
  const types = typesFor(artifact, model);
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
  const named = `${nameOf(artifact)}, version ${artifact.version}`;
  const dialog = formDialog({
    heading: "Give it to the crew",
    text: types.length
      ? `${named}.`
      : `${named}: steps that begin from now on receive it in addition to what they read. It says who gave it.`,
    fields: types.length ? [how.element] : [],
    required: [],
    submit: "Give it",
    send: async () => {
      const given = await projects.give(project.id, {
        artifact_id: artifact.artifact_id,
        as_type: how.input.value || null,
        given_by: responder.name,
      });
      const again = given.replaces && model.progress.open_requests.length > 0 ? ASK_AGAIN : "";
      toast(receipt(given) + again);
    },
    /** @param {unknown} error */
    showErrors: (error) => showFieldErrors({ as_type: how, artifact_id: how }, error),
  });
  document.body.append(dialog);
  dialog.showModal();
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
 * "Given. build and launch receive it, and every step that is repeated."
 * @param {ContextPublic} given
 */
const receipt = ({ stages }) =>
  stages.length
    ? `Given. These steps receive it: ${visible(joined(stages))}; and every step that is repeated.`
    : "Given. Every step has run: it is received if one is repeated.";
