/** What artifacts are called. Pure. */

import { title } from "../labels.js";
import { visible } from "../text.js";

/** @typedef {{ name: string, type: string }} Named */

/** The result of a task outside the pipeline is named after the task's id: see activities/step_records.py. */
const OF_A_TASK = /^agent_output-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @type {Record<string, string>} */
const KNOWN = { "user_input brief": "Brief", "agent_output ": "Result of a task" };

/**
 * What people call an artifact that has no name of its own, or null.
 * @param {Named} artifact
 */
function known({ name, type }) {
  const generic = KNOWN[`${type} ${OF_A_TASK.test(name) ? "" : name}`];
  return generic ?? (name === type ? title(type) : null);
}

/**
 * Whether somebody named it: then its type is said beside its name.
 * @param {Named} artifact
 */
export const isNamed = (artifact) => known(artifact) === null;

/**
 * What it is: "Software specification", "Context".
 * @param {{ type: string }} artifact
 */
export const kindOf = ({ type }) => (type === "user_input" ? "Context" : title(type));

/**
 * The name of an artifact; without a name of its own, it is named after its type.
 * @param {Named} artifact
 */
export const nameOf = (artifact) => known(artifact) ?? visible(artifact.name);
