/** What a person can do with a request, and what somebody did, in words. Pure. */

import { DECIDED, MOVES, status } from "./labels.js";

/** @import { HitlAction, HitlReason } from "./api.d.ts" */
/** @import { Move } from "./labels.js" */

/** The action of the API for each move. @type {Record<Move, HitlAction>} */
export const ACTIONS = { approve: "approve", changes: "amend", edit: "amend", reject: "reject" };

const TRY_AGAIN = {
  approve: "Try again",
  changes: "Try again with advice",
  edit: "Supply the result",
  reject: "End project",
};

/**
 * The moves that are called something else, by why the request asks.
 * @type {Partial<Record<HitlReason, Partial<Record<Move, string>>>>}
 */
const OTHER_MOVES = {
  failed_step: TRY_AGAIN,
  stopped: TRY_AGAIN,
  failed_verdict: { approve: "Approve anyway", edit: "Correct the report" },
  budget: { approve: "Raise the budget", reject: "End project" },
  tool_call: { approve: "Permit the call", changes: "Refuse the call", reject: "End project" },
};

/**
 * The label of a move.
 * @param {{ reason: HitlReason, task?: { standalone_task_id: string | null } }} request
 * @param {Move} move
 */
export function moveLabel({ reason, task }, move) {
  const label = OTHER_MOVES[reason]?.[move] ?? MOVES[move];
  return task?.standalone_task_id ? label.replace("project", "task") : label;
}

/**
 * What a person did: "approved it", "edited and approved it", "requested changes", "rejected it".
 * @param {{ action: HitlAction, content?: string | null, content_hash?: string | null, redo?: string | null }} decision
 */
export function decidedInWords({ action, content, content_hash: hash, redo }) {
  const edited = hash || (content !== undefined && content !== null);
  if (action !== "amend" || edited) return `${DECIDED[action]} it`;
  return redo ? `requested changes of ${redo}` : "requested changes";
}

/**
 * The outcome of a closed request: "Approved", "Changes requested".
 * @param {string} how its status
 * @param {Parameters<typeof decidedInWords>[0] | null} decision
 */
export function outcomeInWords(how, decision) {
  if (how !== "amended" || !decision) return status("hitl", how).word;
  return decidedInWords(decision).startsWith("edited") ? "Edited and approved" : "Changes requested";
}
