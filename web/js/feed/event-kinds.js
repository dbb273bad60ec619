/** The kinds of events, of which a reader chooses one. Pure. */

/** @import { EventType } from "../api.d.ts" */

/** The kinds of events that a reader can choose. */
export const KINDS = {
  milestones: "Milestones",
  decisions: "Decisions",
  artifacts: "Artifacts",
  agents: "Agents",
  errors: "Errors",
  all: "All details",
};

/** What happened, for people; the rest is what the machine did. @type {Set<EventType>} */
const MILESTONES = new Set([
  "workflow_event",
  "task_completed",
  "task_failed",
  "hitl_request",
  "hitl_response",
  "hitl_extended",
  "hitl_expired",
  "context_given",
  "context_withdrawn",
  "project_change",
  "project_control",
  "budget_alert",
  "stop_change",
  "error",
]);

const ERRORS = new Set(["error", "task_failed", "hitl_expired"]);
/** @type {Record<EventType, string>} */
const KIND_OF = {
  artifact_created: "artifacts",
  agent_status_change: "agents",
  task_started: "agents",
  task_progress: "agents",
  task_completed: "agents",
  task_failed: "agents",
  task_cancelled: "agents",
  context_given: "artifacts",
  context_withdrawn: "artifacts",
  hitl_request: "decisions",
  hitl_response: "decisions",
  hitl_extended: "decisions",
  hitl_expired: "decisions",
  budget_alert: "agents",
  workflow_event: "all",
  stop_change: "decisions",
  project_change: "decisions",
  project_control: "decisions",
  error: "errors",
};

/**
 * Whether an event is of a kind.
 * @param {string} kind
 * @param {{ event_type: EventType, data: Record<string, any> }} event
 */
export function isOfKind(kind, { event_type: type, data }) {
  if (kind === "all") return true;
  if (kind === "milestones") return MILESTONES.has(type) && data.status !== "waiting"; // its request says so
  if (kind === "errors") return ERRORS.has(type) || data.status === "error" || data.status === "failed";
  return KIND_OF[type] === kind;
}
