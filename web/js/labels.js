/** The product's words as the page says and shows them: a status is a word, a tone (a colour) and a mark (a shape). */

const STATUSES = {
  project: {
    starting: ["Starting", "busy", "starting"],
    active: ["Active", "busy", "working"],
    waiting: ["Waiting for you", "asks", "waiting"],
    paused: ["Paused", "calm", "paused"],
    completed: ["Completed", "good", "completed"],
    rejected: ["Rejected", "bad", "rejected"],
    failed: ["Failed", "bad", "failed"],
    cancelled: ["Cancelled", "calm", "cancelled"],
  },
  task: {
    pending: ["Pending", "calm", "pending"],
    working: ["Working", "busy", "working"],
    waiting_for_hitl: ["Waiting for you", "asks", "waiting"],
    completed: ["Completed", "good", "completed"],
    failed: ["Failed", "bad", "failed"],
    cancelled: ["Cancelled", "calm", "cancelled"],
  },
  agent: {
    idle: ["Idle", "calm", "idle"],
    working: ["Working", "busy", "working"],
    waiting_for_hitl: ["Waiting for you", "asks", "waiting"],
    error: ["Error", "bad", "failed"],
  },
  hitl: {
    pending: ["Open", "asks", "waiting"],
    approved: ["Approved", "good", "completed"],
    amended: ["Amended", "good", "amended"],
    rejected: ["Rejected", "bad", "rejected"],
    expired: ["Expired", "bad", "expired"],
    cancelled: ["Cancelled", "calm", "cancelled"],
  },
  component: {
    ok: ["OK", "good", "completed"],
    down: ["Down", "bad", "failed"],
    unknown: ["Not known", "calm", "pending"],
  },
};

/** A stage stands as its newest task does, or as its gate ended, or its result is not taken. */
STATUSES.stage = { ...STATUSES.task, redo: ["To be redone", "calm", "redo"], rejected: STATUSES.hitl.rejected, expired: STATUSES.hitl.expired };

/** `{word, tone, mark}` of a status; `of` is project, task, stage, agent, hitl or component. */
export function status(of, value) {
  const [word, tone, mark] = STATUSES[of][value] ?? [value, "calm", "pending"];
  return { word, tone, mark };
}

/** "software_specification" as people write it: "Software specification". */
export function title(word) {
  const text = String(word).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "1 project", "3 projects". */
export const count = (number, noun) => `${number.toLocaleString()} ${noun}${number === 1 ? "" : "s"}`;

/** Bytes as people read them. */
export function bytes(size) {
  if (size < 1024) return `${size} B`;
  if (size < 1024 ** 2) return `${(size / 1024).toFixed(1)} KiB`;
  return `${(size / 1024 ** 2).toFixed(1)} MiB`;
}

const PROBLEMS = {
  missing: "Temporal has no running workflow of it",
  stuck: "its workflow fails again and again",
  inconsistent: "its workflow and the records contradict each other",
};

/** Why something stands still. */
export const problem = (kind) => PROBLEMS[kind] ?? title(kind);

/** Why a gate asks. */
export const REASONS = {
  review: "Review",
  low_confidence: "The agent is unsure",
  failed_verdict: "The tests failed too often",
  failed_step: "The agent could not do it",
};
