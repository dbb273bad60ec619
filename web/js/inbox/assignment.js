/** Which requests the list shows by who may decide them. Pure. */

/** @import { Asked } from "./entry.js" */

/** @typedef {"all" | "mine" | "unassigned"} Assignment */

/** What the list can be limited to; the first is the default. @type {[Assignment, string][]} */
export const ASSIGNMENTS = [["all", "All"], ["mine", "Mine"], ["unassigned", "Unassigned"]];

/**
 * Whether a request is shown. Mine are those that a pipeline assigns to this person, or to a group of theirs.
 * @param {Pick<Asked, "approvals" | "eligibility">} request
 * @param {Assignment} assignment
 */
export function isShown({ approvals, eligibility }, assignment) {
  const isAssigned = Boolean(approvals?.from?.length);
  if (assignment === "mine") return isAssigned && Boolean(eligibility?.may_decide);
  return assignment === "all" || !isAssigned;
}

/**
 * Whom a request is assigned to, in words; null if everybody who may approve may decide it.
 * @param {Pick<Asked, "approvals">} request
 */
export function assignees({ approvals }) {
  const names = (approvals?.from ?? []).map(({ group, user }) => (group ? `group ${group}` : String(user)));
  return names.length ? names.join(", ") : null;
}
