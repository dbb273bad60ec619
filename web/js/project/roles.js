/** The roles of a project, in words. */

import { h } from "../dom.js";
import { title } from "../labels.js";
import { joined, visible } from "../text.js";

/** @import { AccessRole, MePublic } from "../api.d.ts" */

/** The roles that a member may have, and what each may do. @type {[role: AccessRole, may: string][]} */
const MEANINGS = [
  ["viewer", "reads everything in the project"],
  ["operator", "reads, and starts, pauses and cancels work"],
  ["approver", "reads, and decides reviews"],
  [
    "admin",
    "runs the project, and changes its members and its budget; to decide reviews, they need to be an approver, too",
  ],
];
export const ROLES = MEANINGS.map(([role]) => role);

/** What each role may do, as a list. */
export const roleMeanings = () =>
  h(
    "dl",
    { class: "role-meanings" },
    MEANINGS.map(([role, may]) => h("div", {}, h("dt", {}, title(role)), h("dd", {}, may))),
  );

/**
 * "Ana, you are operator in this project, and viewer in all projects."
 * @param {MePublic} own
 * @param {string} projectId
 */
export function rolesInWords({ method, name, roles, projects }, projectId) {
  if (method === "none") return "Nobody signs in here: everybody may do everything.";
  const parts = [
    projects[projectId]?.length && `${joined(projects[projectId])} in this project`,
    roles.length && `${joined(roles)} in all projects`,
  ].filter(Boolean);
  return `${visible(name)}, you are ${parts.join(", and ")}.`;
}
