/** The names of context: what one replaces, and one that replaces nothing. Pure. */

/** @import { ArtifactItem } from "../api.d.ts" */

/** What is said of open reviews after something was replaced. */
export const ASK_AGAIN = " A review whose step has read the earlier version asks again.";

export const ANOTHER_NAME = "Under a name of its own, it replaces nothing that was added before.";

/**
 * The newest version of the context of a name, or undefined.
 * @param {ArtifactItem[]} artifacts
 * @param {string} name
 */
export const replacedBy = (artifacts, name) =>
  artifacts.findLast((artifact) => artifact.type === "user_input" && artifact.name === name);

/**
 * A name that no context has: "context", "context 2".
 * @param {ArtifactItem[]} artifacts
 */
export function freeName(artifacts) {
  let name = "context";
  for (let number = 2; replacedBy(artifacts, name); number += 1) name = `context ${number}`;
  return name;
}
