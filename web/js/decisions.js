/** What a person can do with a request, and what somebody did, in words. Pure. */

import { DECIDED, isUnfinished, MOVES, status } from "./labels.js";
import { capitalised } from "./text.js";

/** @import { HitlAction, HitlReason } from "./api.d.ts" */
/** @import { Move } from "./labels.js" */

/** The action of the API for each move. @type {Record<Move, HitlAction>} */
export const ACTIONS = { approve: "approve", changes: "amend", edit: "amend", reject: "reject" };

/** The stage of a task outside the pipeline: `PHASE` in api/routes/tasks.py. */
const OUTSIDE = "task";

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

/** @typedef {{ reason: HitlReason, stage: string }} Asked the request */
/** @typedef {{ action: HitlAction, content?: string | null, content_hash?: string | null, redo?: string | null }} Decided */

/**
 * What a person did: "approved it", "edited and approved it", "requested changes", "rejected it"; about a step without a
 * result: "ended the project", "tried again".
 * @param {Decided} decision
 * @param {Asked} request
 */
export function decidedInWords({ action, content, content_hash: hash, redo }, request) {
  if (isUnfinished(request)) return unfinishedInWords(action, request, Boolean(hash || content));
  const edited = hash || (content !== undefined && content !== null);
  if (action !== "amend" || edited) return `${DECIDED[action]} it`;
  return redo ? `requested changes of ${redo}` : "requested changes";
}

/**
 * What a person did about a step without a result.
 * @param {HitlAction} action
 * @param {Asked} request
 * @param {boolean} supplied
 */
function unfinishedInWords(action, { reason, stage }, supplied) {
  if (action === "reject") return `ended the ${stage === OUTSIDE ? "task" : "project"}`;
  if (reason === "tool_call") return action === "approve" ? "permitted the call" : "refused the call";
  if (reason === "budget") return "raised the budget";
  return supplied ? "supplied the result" : action === "approve" ? "tried again" : "tried again with advice";
}

/**
 * The outcome of a closed request: "Approved", "Changes requested"; about a step without a result: "Ended the project".
 * @param {string} how its status
 * @param {Decided | null} decision
 * @param {Asked} request
 */
export function outcomeInWords(how, decision, request) {
  if (decision && isUnfinished(request)) return capitalised(decidedInWords(decision, request));
  if (how !== "amended" || !decision) return status("hitl", how).word;
  return decidedInWords(decision, request).startsWith("edited") ? "Edited and approved" : "Changes requested";
}
