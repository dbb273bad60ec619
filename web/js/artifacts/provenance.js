/** What is known of a version: its name, its author, and where it comes from. */

import { h, icon } from "../dom.js";
import { bytes, title } from "../labels.js";
import { toast } from "../notices.js";
import { visible } from "../text.js";

const DIGITS = 12; // of a hash that are shown

/** The children of a `<dl>`; `task` is the TaskPublic that wrote the version, `work` holds its other versions. */
export function provenance(artifact, task, work) {
  const origin = work.versions.find((one) => one.artifact_id === artifact.based_on);
  return [
    fact("Author", author(artifact)),
    task && fact("Stage", h("bdi", {}, task.stage), aside(`round ${task.round}`)),
    origin && fact("Amends", `version ${origin.version}`),
    fact("Created", ago(artifact.created_at)),
    fact("Accepted", artifact.accepted_at ? ago(artifact.accepted_at) : "no"),
    fact("Size", bytes(artifact.size)),
    fact("SHA-256", hash(artifact.content_hash)),
  ].filter(Boolean);
}

const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
const aside = (text) => h("span", { class: "faint" }, text);
const ago = (moment) => h("time-ago", { datetime: moment });

function author(artifact) {
  const kind = byAgent(artifact) ? "agent" : "human";
  return [authorMark(artifact), h("bdi", {}, visible(artifact.author)), artifact.author !== kind && aside(kind)];
}

function hash(whole) {
  const button = { type: "button", class: "quiet copy", "aria-label": "Copy the SHA-256", onclick: () => copy(whole) };
  return [h("code", { title: whole }, whole.slice(0, DIGITS)), h("button", button, "Copy")];
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    toast(`It could not be copied: ${text}`);
  }
}

/** The name of an artifact; one without a name of its own is called by its type. */
export const nameOf = ({ name, type }) => (name === type ? title(type) : visible(name));

/** An icon for the author of a version: an agent or a human. */
export const authorMark = (artifact) => icon(byAgent(artifact) ? "agent" : "person");

const AGENTS = new Set(["analyst", "architect", "coder", "tester", "deployer"]);

const byAgent = (artifact) => AGENTS.has(artifact.author);
