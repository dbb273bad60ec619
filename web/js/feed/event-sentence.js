/** What an event says, as a sentence. Pure: no DOM, no calls. */

import { REASONS, title } from "../labels.js";
import { visible } from "../text.js";

/** A part of a sentence that somebody wrote: it has its own direction, is never more than text, and hides nothing. */
const by = (text) => ({ text: visible(String(text)) });

const AGENTS = new Set(["analyst", "architect", "coder", "tester", "deployer"]);
const agent = (event) => title(event.agent_type ?? "agent");
const stage = ({ data }) => [by(data.stage), data.round > 1 ? `, round ${data.round}` : ""];
const lower = (type) => String(type).replaceAll("_", " ");
const list = (artifacts) => artifacts.map((one) => `${lower(one.type)} v${one.version}`).join(" and ");
const quoted = (text) => (text ? [": “", by(text), "”"] : []);

const ACTIONS = { approve: "approved", amend: "amended", reject: "rejected" };

const STATUS = {
  starting: "The project was created",
  active: "The project is active",
  waiting: "The project waits for a human",
  paused: "The project is paused",
  completed: "The project is completed",
  rejected: "The project was rejected",
  failed: "The project failed",
  cancelled: "The project was cancelled",
};

const AT_WORK = {
  idle: "is idle",
  working: "is at work",
  waiting_for_hitl: "waits for a human",
  error: "has a problem",
};

const SENTENCES = {
  workflow_event: ({ data }) => [STATUS[data.status] ?? `The project is ${data.status}`, ...quoted(data.reason)],
  task_started: (event) => [`${agent(event)} started `, ...stage(event), event.data.feedback ? ", with feedback" : ""],
  task_progress: (event) => [`${agent(event)}: `, by(event.data.message ?? event.data.stage)],
  task_completed: (event) => [`${agent(event)} finished `, ...stage(event), outcome(event.data)],
  task_failed: (event) => [`${agent(event)} could not do `, ...stage(event), ...quoted(event.data.error)],
  task_cancelled: (event) => [`${agent(event)}’s task in `, ...stage(event), " was cancelled"],
  agent_status_change: (event) => [`${agent(event)} ${AT_WORK[event.data.status] ?? event.data.status}`],
  artifact_created: ({ data }) =>
    [by(sayer(data.author)), ` wrote ${lower(data.type)} v${data.version}`, ...named(data)],
  hitl_request: (event) =>
    ["The gate after ", ...stage(event), ` asks (${why(event.data.reason)})`, ...quoted(event.data.question)],
  hitl_response: ({ data }) => [by(sayer(data.responder)), " ", ...did(data), ...quoted(data.comment)],
  hitl_expired: (event) =>
    ["Nobody responded in time after ", ...stage(event), event.data.accepted ? ": accepted as it was" : ""],
  error: ({ data }) => [by(data.message ?? "Something is wrong")],
};

const named = ({ name, type }) => (name === type ? [] : [": ", by(name)]);

function why(reason) {
  const text = REASONS[reason] ?? String(reason);
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function sayer(name) {
  if (!name || name === "human") return "A human";
  return AGENTS.has(name) ? title(name) : name;
}

function outcome({ verdict, artifacts, note }) {
  const said = note ? `. ${note}` : "";
  if (verdict) return `: ${verdict}${said}`;
  return (artifacts?.length ? `: ${list(artifacts)}` : "") + said;
}

function did(data) {
  const what = data.accepted?.length ? [list(data.accepted)] : stage({ data });
  if (data.action === "amend" && !data.accepted?.length) return ["asked to have ", ...what, " done again"];
  return [`${ACTIONS[data.action] ?? data.action} `, ...what];
}

/** The parts of the sentence: strings, and `{text}` for what people or agents wrote. */
export function sentence(event) {
  const say = SENTENCES[event.event_type];
  return (say ? say(event) : [lower(event.event_type)]).filter((part) => part !== "");
}

/** The sentence as plain text. */
export const plain = (event) => sentence(event).map((part) => part.text ?? part).join("");

/** What a reader can choose to see: an event is of each kind that it belongs to. */
export const KINDS = { all: "All", agents: "Agents", artifacts: "Artifacts", decisions: "Decisions", errors: "Errors" };

const ERRORS = new Set(["error", "task_failed", "hitl_expired"]);
const OF = { art: "artifacts", age: "agents", tas: "agents", hit: "decisions" };

/** Whether an event is of a kind. */
export function isOf(kind, { event_type: type, data }) {
  if (kind === "all") return true;
  if (kind === "errors") return ERRORS.has(type) || data.status === "error" || data.status === "failed";
  return OF[type.slice(0, 3)] === kind;
}

/** By type, and for some by status, too. */
const MARKS = {
  workflow_event: {
    starting: ["starting", "busy"],
    active: ["working", "busy"],
    waiting: ["waiting", "asks"],
    paused: ["paused", "calm"],
    completed: ["completed", "good"],
    rejected: ["rejected", "bad"],
    failed: ["failed", "bad"],
    cancelled: ["cancelled", "calm"],
  },
  agent_status_change: {
    idle: ["idle", "calm"],
    working: ["idle", "busy"],
    waiting_for_hitl: ["idle", "asks"],
    error: ["failed", "bad"],
  },
  hitl_response: { approved: ["completed", "good"], amended: ["amended", "good"], rejected: ["rejected", "bad"] },
  task_started: ["working", "busy"],
  task_completed: ["completed", "good"],
  task_failed: ["failed", "bad"],
  task_cancelled: ["cancelled", "calm"],
  artifact_created: ["file", "calm"],
  hitl_request: ["waiting", "asks"],
  hitl_expired: ["expired", "bad"],
  error: ["failed", "bad"],
};

/** The picture (of icons.svg) and the tone that an event stands under. */
export function markOf({ event_type: type, data }) {
  if (data.verdict === "failed") return ["failed", "bad"];
  const found = MARKS[type];
  return (Array.isArray(found) ? found : found?.[data.status]) ?? ["idle", "calm"];
}
