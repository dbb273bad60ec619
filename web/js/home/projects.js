/** The projects that home shows: those that have not ended, and those that ended last. Dispatches `change`. */

import { live } from "../live.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";

/** @import { Event as LogEvent, ProjectItem } from "../api.d.ts" */
/** @import { Doing } from "../now.js" */

const OPEN = ["starting", "active", "waiting", "paused"];
const ENDED = ["completed", "rejected", "failed", "cancelled"];
const MAX_OPEN = 50;
const MAX_ENDED = 20;
const MAX_FOLLOWED = 12; // projects whose agents' messages are shown as they come

export class HomeProjects extends EventTarget {
  /** Latest activity first; null until they are read. @type {ProjectItem[] | null} */
  open = null;
  /** Those that ended last come first. @type {ProjectItem[]} */
  ended = [];
  /** Whether there are more that have not ended. */
  more = false;
  /** The error that keeps it from being up to date, or null. @type {unknown} */
  error = null;

  /** What agents report to be doing, by project and role. @type {Map<string, Doing>} */
  #doing = new Map();
  /** @type {Map<string, AbortController>} the projects that are followed */
  #followed = new Map();
  #signal;
  #refresher;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    this.#signal = signal;
    this.#refresher = new Refresher(() => this.#read(), { gap: 300, signal, failed: (error) => this.#changed(error) });
    live.watch(() => this.#refresher.ask(), signal);
    this.#refresher.ask();
  }

  retry() {
    this.#refresher.hurry();
  }

  /**
   * What an agent of a project reported last.
   * @param {ProjectItem} project
   * @param {{ agent_type: string }} step
   */
  doing({ id }, { agent_type: agent }) {
    return this.#doing.get(`${id} ${agent}`);
  }

  async #read() {
    const options = { signal: this.#signal };
    const [open, ended] = await Promise.all([
      projects.list({ status: OPEN, sort: "-updated", limit: MAX_OPEN }, options),
      projects.list({ status: ENDED, sort: "-updated", limit: MAX_ENDED }, options),
    ]);
    this.open = open.items;
    this.more = open.next_cursor !== null;
    this.ended = ended.items.sort((a, b) => Date.parse(b.ended_at ?? "") - Date.parse(a.ended_at ?? ""));
    this.#follow(open.items.filter(({ working }) => working.length > 0).slice(0, MAX_FOLLOWED));
    this.#changed(null);
  }

  /** @param {ProjectItem[]} running */
  #follow(running) {
    const wanted = new Set(running.map(({ id }) => id));
    for (const [id, controller] of this.#followed) {
      if (wanted.has(id)) continue;
      controller.abort();
      this.#followed.delete(id);
    }
    for (const id of wanted) {
      if (this.#followed.has(id)) continue;
      const controller = new AbortController();
      this.#followed.set(id, controller);
      live.follow(id, null, (event) => this.#receive(event), AbortSignal.any([controller.signal, this.#signal]));
    }
  }

  /** @param {LogEvent} event */
  #receive({ event_type: type, project_id: project, agent_type: agent, data }) {
    const key = `${project} ${agent}`;
    if (type === "task_progress") this.#doing.set(key, data);
    else if (type !== "task_completed" && type !== "task_failed" && type !== "task_started") return;
    else this.#doing.delete(key);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {unknown} error */
  #changed(error) {
    this.error = error;
    this.dispatchEvent(new Event("change"));
  }
}
