/** The parts of sentences about events, and the sentences about a project as a whole. Pure. */

import { REASONS } from "../labels.js";
import { visible } from "../text.js";

/** @import { HitlReason, ProjectChange, WorkflowEvent } from "../api.d.ts" */

/** @typedef {string | { text: string }} Part of a sentence; `text` was written by a person or an agent */

/**
 * A part that a person or an agent wrote: its direction is isolated, and its hidden characters are visible.
 * @param {unknown} text
 */
export const written = (text) => ({ text: visible(String(text)) });

/** @param {string | null | undefined} text */
export const quoted = (text) => (text ? [": “", written(text), "”"] : []);

/** @type {Record<string, string>} */
const PROJECT_STATUS = {
  starting: "The project was created",
  active: "The project is active",
  waiting: "The project is waiting for a human",
  paused: "The project is paused",
  completed: "The project is completed",
  rejected: "The project was rejected",
  failed: "The project failed",
  cancelled: "The project was cancelled",
};

/**
 * What happened to a project, or to a task outside its pipeline.
 * @param {{ data: WorkflowEvent, task_id: string | null }} event
 * @returns {Part[]}
 */
export function aboutProject({ data, task_id: task }) {
  if (data.retried_from) {
    const who = data.by === "human" || !data.by ? "a human" : written(data.by);
    return ["The project is retried from ", written(data.retried_from), " by ", who, ...quoted(data.reason)];
  }
  const what = task ? "A task outside the pipeline" : PROJECT_STATUS[data.status] ?? `The project is ${data.status}`;
  return [what, ...quoted(data.reason)];
}

/**
 * What a person changed of a project, after the person's name.
 * @param {ProjectChange} change
 * @returns {Part[]}
 */
export function changes({ name, owner, tags, archived, kept }) {
  /** @type {Part[][]} */
  const all = [];
  if (name) all.push(["renamed the project to “", written(name), "”"]);
  if (owner) all.push(["gave it to ", written(owner)]);
  else if (owner === null) all.push(["removed its owner"]);
  if (tags) all.push(tags.length ? ["tagged it ", written(tags.join(", "))] : ["removed its tags"]);
  if (typeof archived === "boolean") all.push([archived ? "archived the project" : "took it out of the archive"]);
  if (typeof kept === "boolean") all.push([kept ? "marked it to be kept" : "let it be removed again"]);
  return all.flatMap((part, index) => index ? [", ", ...part] : part);
}

/** What a step without a result needs. @type {Partial<Record<HitlReason, string>>} */
const NEEDS = {
  failed_step: " failed, and needs a decision",
  failed_verdict: " does not pass its tests, and needs a decision",
  stopped: " was stopped, and needs a decision",
  budget: " has used up its budget, and needs a decision",
  tool_call: " needs permission for the call of a tool",
};

/**
 * What a request says of its step, after the name of the step.
 * @param {HitlReason} reason
 */
export function asks(reason) {
  if (reason === "review") return " asks";
  if (NEEDS[reason]) return NEEDS[reason];
  const text = REASONS[reason] ?? String(reason);
  return ` asks (${text.charAt(0).toLowerCase()}${text.slice(1)})`;
}
