/**
 * One project: what REST returns, read again when events make it stale, and the events themselves. Dispatches `change`
 * when `project`, `progress`, `artifacts`, `requests` or `budget` may differ, and `events` (`detail`: a list)
 * for new events, in the order of their numbers; task_progress has none.
 */

import { live } from "../live.js";
import { stageStates } from "../pipeline/stages.js";
import { Refresher } from "../refresher.js";
import { heldStops } from "../stops/held-stops.js";
import { DoingByAgent } from "./doing.js";
import { READ, readAll } from "./parts.js";

/** @import { Event as LogEvent, RequestItem } from "../api.d.ts" */
/** @import { Part, Parts } from "./parts.js" */

/** What each event makes stale. @type {Record<string, Part[]>} */
const STALE = {
  workflow_event: ["project", "progress"],
  task_started: ["project", "progress"],
  task_completed: ["project", "progress", "budget"],
  task_failed: ["project", "progress", "budget"],
  task_cancelled: ["project", "progress", "budget"],
  agent_status_change: [],
  artifact_created: ["artifacts"],
  context_given: ["artifacts"],
  context_withdrawn: ["artifacts"],
  hitl_request: ["project", "progress", "requests"],
  hitl_response: ["project", "progress", "requests", "artifacts", "budget"],
  hitl_extended: ["progress", "requests"],
  hitl_expired: ["project", "progress", "requests"],
  budget_alert: ["budget"],
  stop_change: ["progress", "requests"],
  project_change: ["project"],
  project_control: ["budget"],
  error: ["project", "progress"],
};

/** How long what was spent is not read again while a step runs, in ms: each of its calls reports progress. */
const SPENDING_GAP = 2_000;

export class ProjectModel extends EventTarget {
  doing = new DoingByAgent();
  /** The error that keeps the model from being up to date, or null. @type {unknown} */
  error = null;

  /** @type {Partial<Parts>} */
  #parts = {};
  /** @type {Set<Part>} */
  #stale = new Set();
  #refresher;
  #spending;
  /** @type {LogEvent[]} */
  #arrived = [];

  /**
   * @param {string} id
   * @param {AbortSignal} signal
   */
  constructor(id, signal) {
    super();
    this.id = id;
    this.signal = signal;
    this.#refresher = new Refresher(() => this.#read(), { gap: 120, signal, failed: (error) => this.#changed(error) });
    this.#spending = new Refresher(() => this.#readAgain("budget"), { gap: SPENDING_GAP, signal });
  }

  /** Read everything, then follow the log. Throws a Problem if that fails. */
  async open() {
    // The log is followed from the lowest head of the responses, so no event between them is missed.
    let head = Infinity;
    /** @param {Response} response */
    const responded = ({ headers }) => head = Math.min(head, Number(headers.get("X-Project-Head")));
    this.#parts = await readAll(this.id, { signal: this.signal, responded });
    this.#changed(null);
    heldStops.addEventListener("change", () => this.#changed(this.error), { signal: this.signal });
    live.follow(this.id, head, (event) => this.#receive(event), this.signal);
  }

  get project() {
    return this.#part("project");
  }

  get progress() {
    return this.#part("progress");
  }

  /** The roles of its pipeline, in the order of its stages. */
  get roles() {
    return [...new Set(this.project.pipeline_definition.stages.map(({ agent }) => agent))];
  }

  get artifacts() {
    return this.#part("artifacts");
  }

  get requests() {
    return this.#part("requests");
  }

  get budget() {
    return this.#part("budget");
  }

  /**
   * @template {Part} P
   * @param {P} name
   * @returns {Parts[P]}
   */
  #part(name) {
    const part = this.#parts[name];
    if (part === undefined) throw new Error("the project is not read yet");
    return /** @type {Parts[P]} */ (part);
  }

  /** Read again what an action of a person has changed. */
  refresh() {
    this.#readAgain("project", "progress", "requests");
  }

  /**
   * Whether the deadline of an open request is on hold.
   * @param {RequestItem} request
   */
  holdsDeadline(request) {
    return this.progress.status === "paused" || heldStops.hold(request);
  }

  /** The state of each stage; see stages.js. */
  get stages() {
    const { tasks, open_requests: open } = this.progress;
    return stageStates(this.project.pipeline_definition, tasks, open, this.requests);
  }

  get ended() {
    return this.project.ended_at !== null;
  }

  /** @param {Part[]} parts */
  #readAgain(...parts) {
    for (const part of parts) this.#stale.add(part);
    if (this.#stale.size) this.#refresher.ask();
  }

  async #read() {
    const options = { signal: this.signal };
    const stale = [...this.#stale];
    this.#stale.clear();
    try {
      const read = stale.map(async (part) => [part, await READ[part](this.id, options)]);
      Object.assign(this.#parts, Object.fromEntries(await Promise.all(read)));
    } catch (error) {
      for (const part of stale) this.#stale.add(part);
      throw error;
    }
    this.#changed(null);
  }

  /** @param {unknown} error */
  #changed(error) {
    this.error = error;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {LogEvent} event */
  #receive(event) {
    this.doing.note(event);
    this.#readAgain(...(STALE[event.event_type] ?? []));
    if (event.event_type === "task_progress" && !this.project.is_rehearsal) this.#spending.ask();
    // Events are dispatched in batches: while the page catches up, thousands of them arrive at once.
    this.#arrived.push(event);
    if (this.#arrived.length === 1) setTimeout(() => this.#deliver());
  }

  #deliver() {
    const detail = this.#arrived;
    this.#arrived = [];
    if (!this.signal.aborted) this.dispatchEvent(new CustomEvent("events", { detail }));
  }
}
