/** Which project a project comes from. */

import { h } from "../dom.js";
import { visible } from "../text.js";

/** @import { ProjectPublic } from "../api.d.ts" */

/** How a project comes from another one. @type {Record<string, string>} */
const KINDS = { duplicate: "Duplicate of", follow_up: "Follows up" };

/** @param {{ project_id: string, name: string }} project */
export const projectLink = ({ project_id: id, name }) =>
  h("a", { href: `/projects/${id}`, dir: "auto" }, visible(name));

/**
 * How it comes from another one, and the link to that; null if it does not.
 * @param {ProjectPublic} project
 * @returns {[term: string, value: HTMLElement | string] | null}
 */
export function originOf({ parent, removed_parent: removed }) {
  if (parent) return [KINDS[parent.kind], projectLink(parent)];
  return removed ? [KINDS[removed], "a project that has been removed"] : null;
}
