/** The product's terms as the page shows them. A status is a word, a tone (a colour) and a mark (a shape). */

import { capitalised, grouped } from "./text.js";

/** @import { HitlReason, StepWait, WaitReason } from "./api.d.ts" */

/** @typedef {"project" | "task" | "stage" | "agent" | "hitl" | "component"} Kind */

/** @type {Record<Kind, Record<string, [word: string, tone: string, mark: string]>>} */
const STATUSES = {
  project: {
    starting: ["Starting", "busy", "starting"],
    active: ["Active", "busy", "working"],
    waiting: ["Needs a decision", "asks", "waiting"],
    paused: ["Paused", "calm", "paused"],
    completed: ["Completed", "good", "completed"],
    rejected: ["Rejected", "bad", "rejected"],
    failed: ["Failed", "bad", "failed"],
    cancelled: ["Cancelled", "calm", "cancelled"],
  },
  task: {
    pending: ["Pending", "calm", "pending"],
    working: ["Working", "busy", "working"],
    waiting_for_hitl: ["Needs a decision", "asks", "waiting"],
    completed: ["Completed", "good", "completed"],
    failed: ["Failed", "bad", "failed"],
    cancelled: ["Cancelled", "calm", "cancelled"],
  },
  agent: {
    idle: ["Idle", "calm", "idle"],
    working: ["Working", "busy", "working"],
    waiting_for_hitl: ["Needs a decision", "asks", "waiting"],
    error: ["Error", "bad", "failed"],
  },
  hitl: {
    pending: ["Open", "asks", "waiting"],
    approved: ["Approved", "good", "completed"],
    amended: ["Changed", "good", "amended"],
    rejected: ["Rejected", "bad", "rejected"],
    expired: ["Expired", "bad", "expired"],
    cancelled: ["Cancelled", "calm", "cancelled"],
  },
  stage: {},
  component: {
    ok: ["OK", "good", "completed"],
    down: ["Down", "bad", "failed"],
    unknown: ["Unknown", "calm", "pending"],
  },
};

// A stage has the status of its newest task or of its closed gate, or its result is not accepted.
STATUSES.stage = {
  ...STATUSES.task,
  redo: ["To be repeated", "calm", "redo"],
  rejected: STATUSES.hitl.rejected,
  expired: STATUSES.hitl.expired,
};

/**
 * How a status is shown.
 * @param {Kind} of
 * @param {string | null} value
 */
export function status(of, value) {
  const [word, tone, mark] = STATUSES[of][value ?? ""] ?? [value ?? "", "calm", "pending"];
  return { word, tone, mark };
}

/**
 * "software_specification" as people write it: "Software specification".
 * @param {string} word
 */
export const title = (word) => capitalised(String(word).replaceAll("_", " "));

/**
 * "1 project", "3 projects".
 * @param {number} number
 * @param {string} noun
 */
export const count = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;

/**
 * "850 B", "1.2 KiB", "3.4 MiB".
 * @param {number} size bytes
 */
export function bytes(size) {
  if (size < 1024) return `${size} B`;
  if (size < 1024 ** 2) return `${(size / 1024).toFixed(1)} KiB`;
  return `${(size / 1024 ** 2).toFixed(1)} MiB`;
}

/** @type {Record<string, string>} */
const PROBLEMS = {
  missing: "Temporal runs no workflow for it",
  stuck: "its workflow keeps failing",
  inconsistent: "its workflow and the records contradict each other",
};

/**
 * Why a workflow is stopped.
 * @param {string} kind
 */
export const problemLabel = (kind) => PROBLEMS[kind] ?? title(kind);

/** The statuses of a project that has ended. @type {Set<string>} */
export const ENDED_STATUSES = new Set(["completed", "rejected", "failed", "cancelled"]);

/** The statuses of a task that has not ended. @type {Set<string>} */
export const OPEN_TASK_STATUSES = new Set(["pending", "working", "waiting_for_hitl"]);

/**
 * What a person can do with a request. The API has three actions: its `amend` with content edits and approves, without
 * content it requests changes.
 * @typedef {"approve" | "changes" | "edit" | "reject"} Move
 */

/** What the moves are called; decisions.js has the exceptions. @type {Record<Move, string>} */
export const MOVES = {
  approve: "Approve",
  changes: "Request changes",
  edit: "Edit and approve",
  reject: "Reject and end project",
};

/** What a person did, by the action of the response. @type {Record<string, string>} */
export const DECIDED = { approve: "approved", amend: "edited and approved", reject: "rejected" };

/** The reasons of requests whose step has no result. */
const UNFINISHED = new Set(["failed_step", "stopped", "budget", "tool_call"]);

/**
 * Whether a request is about a step without a result, which can be tried again rather than approved.
 * @param {{ reason: HitlReason }} request
 */
export const isUnfinished = ({ reason }) => UNFINISHED.has(reason);

/** Why a review asks. @type {Record<HitlReason, string>} */
export const REASONS = {
  review: "Review",
  low_confidence: "The agent is unsure",
  failed_verdict: "The tests failed too often",
  failed_step: "The step failed",
  budget: "A budget is exhausted",
  tool_call: "A tool needs permission",
  stopped: "The step was stopped",
  checkpoint: "Many reviews passed without a person",
};

/** What a running step waits for. @type {Record<WaitReason, string>} */
const WAITS = { retry: "Asks again", rate_limit: "Rate-limited", turn: "Waits for its turn" };

/**
 * "Rate-limited: 30 s", or without the time if it is unknown or less than a second.
 * @param {StepWait} wait
 */
export const waitInWords = ({ reason, seconds }) =>
  `${WAITS[reason] ?? title(reason)}${seconds !== null && seconds >= 1 ? `: ${Math.round(seconds)} s` : ""}`;
