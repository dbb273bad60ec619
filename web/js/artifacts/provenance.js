/** The provenance of a version: its name, its author and its origin. */

import { copyText } from "../clipboard.js";
import { h, icon, present } from "../dom.js";
import { bytes } from "../labels.js";
import { visible } from "../text.js";
import { isAdded } from "./versions.js";
import { askedModel, fallbacksInWords, modelInWords } from "../usage.js";

/** @import { ArtifactItem, TaskPublic } from "../api.d.ts" */
/** @import { ArtifactGroup } from "./versions.js" */
/** @import { Child } from "../elements.d.ts" */

const HASH_DIGITS = 12; // shown of a hash

/**
 * The children of a `<dl>`; `task` is the TaskPublic that wrote the version, `group` holds its other versions.
 * @param {ArtifactItem} artifact
 * @param {TaskPublic | undefined} task
 * @param {ArtifactGroup} group
 */
export function provenance(artifact, task, group) {
  const origin = group.versions.find((version) => version.artifact_id === artifact.based_on);
  return present([
    fact("Author", author(artifact)),
    ...models(artifact, task),
    task && fact("Step", h("bdi", {}, task.stage), aside(`round ${task.round}`)),
    origin && fact("Edits", `version ${origin.version}`),
    fact("Created", ago(artifact.created_at)),
    // What a person added is given, rather than accepted.
    !isAdded(artifact) && fact("Accepted", artifact.accepted_at ? ago(artifact.accepted_at) : "no"),
    fact("Size", bytes(artifact.size)),
    fact("SHA-256", hash(artifact.content_hash)),
  ]);
}

/**
 * @param {string} name
 * @param {...Child} value
 */
const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
/** @param {string} text */
const aside = (text) => h("span", { class: "faint" }, text);
/** @param {string} moment */
const ago = (moment) => h("time-ago", { datetime: moment });

/**
 * The model that wrote a version, as it was asked for and as it answered, and the prompt.
 * @param {ArtifactItem} artifact
 * @param {TaskPublic | undefined} task
 */
function models({ by_agent: byAgent }, task) {
  if (!byAgent || !task?.usage || !askedModel(task.usage)) return [];
  const { prompt_version: prompt } = task.usage;
  const model = fact("Model", h("bdi", {}, visible(modelInWords(task.usage))));
  const failed = fallbacksInWords(task.usage);
  return [
    model,
    failed.length > 0 && fact("Fallbacks", h("bdi", {}, visible(failed.join(" ")))),
    prompt && fact("Prompt", h("bdi", { class: "mono" }, visible(prompt))),
  ];
}

/** @param {ArtifactItem} artifact */
function author(artifact) {
  const kind = artifact.by_agent ? "agent" : "human";
  return [authorMark(artifact), h("bdi", {}, visible(artifact.author)), artifact.author !== kind && aside(kind)];
}

/** @param {string} whole */
function hash(whole) {
  const button = {
    type: "button",
    class: "quiet copy",
    "aria-label": "Copy the SHA-256",
    onclick: () => copyText(whole),
  };
  return [h("code", { title: whole }, whole.slice(0, HASH_DIGITS)), h("button", button, "Copy")];
}

/**
 * An icon for the author of a version: an agent or a human.
 * @param {{ by_agent: boolean }} artifact
 */
export const authorMark = (artifact) => icon(artifact.by_agent ? "agent" : "person");
