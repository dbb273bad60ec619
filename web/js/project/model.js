/**
 * One project as the page knows it: what REST says, read again for what the log says has changed, and the log itself
 * as it grows. `change` tells that `project`, `progress`, `agents`, `artifacts` or `requests` may differ; `events`
 * (with `detail`, a list) tells of events in the order of their numbers, and of progress, which has none.
 */

import { live } from "../live.js";
import { stageStates } from "../pipeline/stages.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";

/** What an event makes stale. */
const STALE = {
  workflow_event: ["project", "progress"],
  task_started: ["project", "progress"],
  task_completed: ["project", "progress"],
  task_failed: ["project", "progress"],
  task_cancelled: ["project", "progress"],
  agent_status_change: ["agents"],
  artifact_created: ["artifacts"],
  hitl_request: ["project", "progress", "requests"],
  hitl_response: ["project", "progress", "requests", "artifacts"],
  hitl_expired: ["project", "progress", "requests"],
  error: ["project", "progress"],
};

/** After these, what an agent said that it was doing is over. */
const DONE = new Set(["agent_status_change", "task_completed", "task_failed", "task_cancelled"]);
const SETTLED = new Set(["completed", "rejected", "failed", "cancelled"]);

const READ = {
  project: projects.get,
  progress: projects.status,
  agents: async (id, options) => (await projects.agents(id, options)).items,
  artifacts: projects.artifacts,
  requests: projects.requests,
};

export class ProjectModel extends EventTarget {
  /** ProjectPublic, ProjectProgress, and the lists of AgentStatePublic, ArtifactItem and RequestItem. */
  project = null;
  progress = null;
  agents = [];
  artifacts = [];
  requests = [];
  /** What each agent says that it is doing now: `{message, fraction}` by agent_type. */
  doing = new Map();
  /** The Problem that keeps it from being up to date, or null. */
  error = null;

  #stale = new Set(Object.keys(READ));
  #refresher;
  #arrived = [];
  #over = false; // the log has told of the end; a step that is still called off may say that it is at work

  constructor(id, signal) {
    super();
    this.id = id;
    this.signal = signal;
    this.#refresher = new Refresher(() => this.#read(), { gap: 120, signal, failed: (error) => this.#changed(error) });
  }

  /** Read it all, and follow it from there. Throws a Problem where that cannot be. */
  async open() {
    // The log is followed from where it stood before the rest was read: what happens between two answers is heard.
    this.project = await projects.get(this.id, { signal: this.signal });
    const { head } = this.project;
    this.#stale.delete("project");
    await this.#read();
    live.follow(this.id, head, (event) => this.#heard(event), this.signal);
  }

  /** Read what a person has just changed. */
  refresh() {
    for (const part of ["project", "progress", "requests"]) this.#stale.add(part);
    this.#refresher.ask();
  }

  /** Whether a request's deadline stands still: it is the pipeline's, and the project is paused. */
  holds(request) {
    const { stages } = this.project.pipeline_definition;
    return this.progress.status === "paused" && stages.some((stage) => stage.name === request.stage);
  }

  /** How each stage stands; see stages.js. */
  get stages() {
    const { tasks, open_requests: open } = this.progress;
    return stageStates(this.project.pipeline_definition, tasks, open, this.requests);
  }

  get ended() {
    return this.project.ended_at !== null;
  }

  async #read() {
    const stale = [...this.#stale];
    this.#stale.clear();
    try {
      const found = await Promise.all(stale.map((part) => READ[part](this.id, { signal: this.signal })));
      stale.forEach((part, index) => { this[part] = found[index]; });
    } catch (error) {
      for (const part of stale) this.#stale.add(part);
      throw error;
    }
    this.#changed(null);
  }

  #changed(error) {
    this.error = error;
    this.dispatchEvent(new Event("change"));
  }

  #heard(event) {
    this.#note(event);
    for (const part of STALE[event.event_type] ?? []) this.#stale.add(part);
    if (this.#stale.size) this.#refresher.ask();
    // A burst is handed on in one go: in a page that catches up, thousands of events arrive at once.
    this.#arrived.push(event);
    if (this.#arrived.length === 1) setTimeout(() => this.#handOn());
  }

  #handOn() {
    const detail = this.#arrived;
    this.#arrived = [];
    if (!this.signal.aborted) this.dispatchEvent(new CustomEvent("events", { detail }));
  }

  #note(event) {
    if (event.event_type === "workflow_event" && SETTLED.has(event.data.status)) this.#over = true;
    if (this.#over || this.ended) this.doing.clear();
    else if (event.event_type === "task_progress") this.doing.set(event.agent_type, event.data);
    else if (DONE.has(event.event_type)) this.doing.delete(event.agent_type);
  }
}
