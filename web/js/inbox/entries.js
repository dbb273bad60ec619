/**
 * The entries of the inbox: one for each open request, and for one that was closed while a person had it open or had typed
 * something. It outlives the view, so that a response on its way arrives wherever the person has gone.
 */

import { status } from "../labels.js";
import { announce, toast } from "../notices.js";
import { pending } from "../pending.js";
import { hitl, projects } from "../rest.js";
import { byAge, closureOf, Entry } from "./entry.js";

/** @import { HitlAction } from "../api.d.ts" */
/** @import { Closure } from "./entry.js" */

const LINGERS = 5_000; // ms that what was decided here can still be seen
const LOOK_AGAIN = 3_000;

class Entries extends EventTarget {
  /** The selected entry, or null. @type {Entry | null} */
  selected = null;
  /** @type {Map<string, Entry>} by the request's id */
  #byId = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    pending.addEventListener("change", () => this.#sync());
    this.#sync();
  }

  /** Those in the list, oldest first; null until they are known. */
  get listed() {
    if (!pending.items) return null;
    return [...this.#byId.values()]
      .filter((one) => one.listed && (!one.closure || one.lingers || one === this.selected)).sort(byAge);
  }

  /** How many wait for a response. */
  get waiting() {
    return (pending.items ?? []).filter((item) => !this.#byId.get(item.request_id)?.closure).length;
  }

  /**
   * The entry of a request, which is read where the list does not have it. Throws a Problem.
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async find(id, signal) {
    const known = this.#byId.get(id);
    if (known) return known;
    const request = await hitl.get(id, { signal });
    const { name } = await projects.get(request.project_id, { signal });
    const entry = this.#byId.get(id) ?? new Entry({ ...request, project_name: name });
    this.#byId.set(id, entry);
    if (request.status !== "pending") this.close(entry, closureOf(request));
    return entry;
  }

  /** @param {string} id */
  get(id) {
    return this.#byId.get(id);
  }

  /**
   * Turn to another entry, or to none: what was closed leaves.
   * @param {Entry | null} entry
   */
  select(entry) {
    const before = this.selected;
    if (entry === before) return;
    this.selected = entry;
    if (before?.closure && !before.closure.mine) before.lingers = false;
    this.changed(entry);
  }

  /** @param {Entry | null} entry */
  changed(entry) {
    this.dispatchEvent(new CustomEvent("change", { detail: entry }));
  }

  /**
   * Report the result of an entry: to screen readers where it is shown anyway, else in a toast.
   * @param {Entry} entry
   * @param {string} text
   */
  report(entry, text) {
    (entry === this.selected ? announce : toast)(text);
  }

  /**
   * The request has ended.
   * @param {Entry} entry
   * @param {Closure} closure
   */
  close(entry, closure) {
    entry.closure = closure;
    if (closure.mine) {
      entry.draft.clear();
      entry.lingers = true;
      setTimeout(() => {
        entry.lingers = false;
        this.changed(entry);
      }, LINGERS);
    } else {
      entry.draft.sent = null;
      entry.draft.keep();
      entry.lingers = entry.listed && entry !== this.selected && entry.draft.typedAction !== null;
    }
    entry.reply = null;
    this.changed(entry);
  }

  /**
   * Read the status of a request, and the outcome of the response that was sent.
   * @param {Entry} entry
   */
  async refresh(entry) {
    const request = await hitl.get(entry.id).catch(() => null);
    if (!request) setTimeout(() => pending.refresh(), LOOK_AGAIN);
    if (!request || entry.closure || entry.reply?.phase === "sending") return;
    const sent = entry.reply?.phase === "sent" && entry.draft.decisionId(entry.reply.action);
    const mine = request.history.find((one) => one.decision_id === sent);
    entry.request = { ...entry.request, ...request };
    if (request.status !== "pending") {
      const closure = closureOf(request);
      if (mine) this.report(entry, `${status("hitl", closure.status).word}: ${entry.name}`);
      this.close(entry, { ...closure, mine: mine !== undefined && mine === closure.decision });
    } else if (mine?.outcome === "refused" && entry.reply) {
      const { action } = entry.reply;
      entry.draft.sent = null;
      entry.draft.renew(action);
      entry.reply = { phase: "failed", action, message: `This cannot be done: ${mine.explanation}.` };
      this.changed(entry);
    }
  }

  #sync() {
    const listed = new Set();
    for (const item of pending.items ?? []) {
      listed.add(item.request_id);
      const entry = this.#byId.get(item.request_id) ?? new Entry(item);
      entry.listed = true;
      this.#byId.set(item.request_id, entry);
    }
    if (pending.items && !pending.error) {
      for (const entry of this.#byId.values()) if (!entry.closure && !listed.has(entry.id)) this.#gone(entry);
    }
    this.#lookAgain();
    this.changed(null);
  }

  /**
   * It is no longer open. The reason is read only where the person was concerned with it.
   * @param {Entry} entry
   */
  #gone(entry) {
    if (entry === this.selected || entry.reply || entry.draft.typedAction) this.refresh(entry);
    else this.#byId.delete(entry.id);
  }

  /** A response may be refused without a word in any log, so those that were sent are asked about. */
  #lookAgain() {
    clearTimeout(this.#timer);
    const sent = [...this.#byId.values()].filter((entry) => entry.reply?.phase === "sent" && !entry.closure);
    if (!sent.length) return;
    this.#timer = setTimeout(async () => {
      await Promise.all(sent.map((entry) => this.refresh(entry)));
      pending.refresh();
      this.#lookAgain();
    }, LOOK_AGAIN);
  }

  /**
   * A response was sent that no worker has judged yet.
   * @param {Entry} entry
   * @param {HitlAction} action
   */
  sent(entry, action) {
    entry.draft.sent = action;
    entry.draft.save();
    entry.reply = { phase: "sent", action };
    this.changed(entry);
    this.#lookAgain();
  }
}

export const entries = new Entries();
