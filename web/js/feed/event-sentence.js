/** The sentence and the mark of an event. Pure. */

import { isNamed, nameOf } from "../artifacts/name.js";
import { commentInline } from "../comment.js";
import { decidedInWords } from "../decisions.js";
import { asksQuestion } from "../inbox/titles.js";
import { DECIDED, title } from "../labels.js";
import { stopInWords } from "../stops/wording.js";
import { inFull } from "../time.js";
import { joined } from "../text.js";
import { alertInWords } from "../usage.js";
import { aboutProject, asks, changes, quoted, written } from "./sentence-parts.js";

/** @import { ArtifactRef, Event as LogEvent, EventType } from "../api.d.ts" */
/** @import { Part } from "./sentence-parts.js" */

/** @typedef {Record<string, any>} Data an event's data, which depends on its type */
/** @param {LogEvent} event */
const agent = (event) => title(event.agent_type ?? "agent");
/** @param {{ data: Data }} options */
const stage = ({ data }) => [written(data.stage), data.round > 1 ? `, round ${data.round}` : ""];
/** @param {string} type */
const lower = (type) => String(type).replaceAll("_", " ");
/** @param {ArtifactRef[]} artifacts */
const list = (artifacts) => artifacts.map(({ type, version }) => `${lower(type)} v${version}`).join(" and ");

/** @type {Record<string, string>} */
const AGENT_STATUS = {
  idle: "is idle",
  working: "is working",
  waiting_for_hitl: "is waiting for a human",
  error: "has a problem",
};

/** @type {Record<string, string>} */
const CONTROLS = {
  pause: "pause the project",
  resume: "resume the project",
  cancel: "cancel the project",
  restart: "restart the workflow",
  end: "end the workflow",
  budget: "set the budget",
  task: "start a task outside the pipeline",
};

/** @type {{ [E in LogEvent as E["event_type"]]: (event: E) => Part[] }} */
const SENTENCES = {
  workflow_event: aboutProject,
  task_started: (event) => [`${agent(event)} started `, ...stage(event), event.data.feedback ? ", with feedback" : ""],
  task_progress: (event) => [`${agent(event)}: `, written(event.data.message ?? event.data.stage)],
  task_completed: (event) => [`${agent(event)} finished `, ...stage(event), outcome(event.data)],
  task_failed: (event) => [`${agent(event)} failed in `, ...stage(event), ...quoted(event.data.error)],
  task_cancelled: (event) => [`${agent(event)}’s task in `, ...stage(event), " was cancelled"],
  agent_status_change: (event) => [`${agent(event)} ${AGENT_STATUS[event.data.status] ?? event.data.status}`],
  artifact_created: (
    { data, agent_type: agent },
  ) => [written(authorName(data.author, agent)), ` wrote ${lower(data.type)} v${data.version}`, ...named(data)],
  context_given: ({ data }) => [
    written(authorName(data.given_by)),
    data.replaces ? " accepted a result as " : " gave the crew ",
    ...(data.replaces ? [`${lower(data.type)} v${data.version}`] : [written(nameOf(data)), ` v${data.version}`]),
    ...(data.stages.length ? [", for ", written(joined(data.stages)), " and steps that are repeated"] : []),
  ],
  context_withdrawn: ({ data }) => [
    written(authorName(data.withdrawn_by)),
    " withdrew ",
    written(nameOf(data)),
    ` v${data.version} from the crew`,
  ],
  hitl_request: ({ data }) => [
    asksQuestion(data) ? "Review after " : "The step ",
    ...stage({ data }),
    data.supersedes ? " asks again, since what its step read was replaced" : asks(data.reason),
    // What went wrong is said by the event before it.
    ...(asksQuestion(data) ? quoted(data.question) : []),
  ],
  hitl_response: (
    { data },
  ) => [written(authorName(data.responder)), " ", ...decided(data), ...quoted(commentInline(data.comment ?? ""))],
  hitl_extended: ({ data }) => [
    written(authorName(data.extended_by)),
    " extended the deadline of ",
    ...stage({ data }),
    ` to ${inFull(Date.parse(data.expires_at))}`,
  ],
  hitl_expired: (
    event,
  ) => ["Nobody responded in time after ", ...stage(event), event.data.accepted ? ": accepted as it was" : ""],
  budget_alert: ({ data }) => [alertInWords(data)],
  stop_change: ({ data }) => [written(authorName(data.by)), ` ${stopInWords(data)}`, ...quoted(data.reason)],
  project_change: ({ data }) => [written(authorName(data.by)), " ", ...changes(data)],
  project_control: ({ data }) => [
    written(authorName(data.by)),
    ` asked to ${CONTROLS[data.action] ?? lower(data.action)}`,
  ],
  error: ({ data }) => [written(data.message ?? "Something is wrong")],
};

/** @param {Data} data */
const named = ({ name, type }) => (isNamed({ name, type }) || name === "brief" ? [": ", written(name)] : []);

/**
 * @param {string} name
 * @param {string | null} [agent] null if a person is the author
 */
function authorName(name, agent) {
  if (!name || name === "human") return "A human";
  return agent === name ? title(name) : name;
}

/** @param {Data} data */
function outcome({ verdict, artifacts, note }) {
  const remark = note ? `. ${note}` : "";
  if (verdict) return `: ${verdict}${remark}`;
  return (artifacts?.length ? `: ${list(artifacts)}` : "") + remark;
}

/** @param {Data} data */
function decided(data) {
  if (data.redo) return ["sent the work from ", ...stage({ data }), " back to ", written(data.redo)];
  if (data.reason && !data.accepted?.length) {
    return [
      `${decidedInWords({ action: data.action }, { reason: data.reason, stage: data.stage })} at `,
      ...stage({ data }),
    ];
  }
  if (data.action === "amend" && !data.accepted?.length) return ["requested changes in ", ...stage({ data })];
  const subject = data.accepted?.length ? [list(data.accepted)] : stage({ data });
  return [`${DECIDED[data.action] ?? data.action} `, ...subject];
}

/**
 * The parts of the sentence: strings, and `{text}` for what people or agents wrote.
 * @param {LogEvent} event
 */
export function sentence(event) {
  const compose = /** @type {((event: LogEvent) => Part[]) | undefined} */ (SENTENCES[event.event_type]);
  return (compose ? compose(event) : [lower(event.event_type)]).filter((part) => part !== "");
}

/**
 * The sentence as plain text.
 * @param {LogEvent} event
 */
export const plain = (event) => sentence(event).map((part) => typeof part === "string" ? part : part.text).join("");

/** @typedef {[mark: string, tone: string]} Badge */

/** @type {Record<EventType, Badge | Record<string, Badge>>} */
const BADGES = {
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
  task_progress: ["working", "busy"],
  task_completed: ["completed", "good"],
  task_failed: ["failed", "bad"],
  task_cancelled: ["cancelled", "calm"],
  artifact_created: ["file", "calm"],
  context_given: ["person", "calm"],
  context_withdrawn: ["person", "calm"],
  hitl_request: ["waiting", "asks"],
  hitl_extended: ["waiting", "calm"],
  hitl_expired: ["expired", "bad"],
  budget_alert: ["waiting", "asks"],
  stop_change: ["stop", "asks"],
  project_change: ["amended", "calm"],
  project_control: ["person", "calm"],
  error: ["failed", "bad"],
};

/**
 * The icon and the tone of an event.
 * @param {{ event_type: EventType, data: Data }} event
 * @returns {Badge}
 */
export function badgeOf({ event_type: type, data }) {
  if (data.verdict === "failed") return ["failed", "bad"];
  const found = BADGES[type];
  return (Array.isArray(found) ? found : found?.[data.status]) ?? ["idle", "calm"];
}
