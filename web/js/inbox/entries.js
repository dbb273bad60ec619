/**
 * The entries of the inbox: one for each open request, and for each that was closed while a person had it open or had
 * typed something. They outlive the view, so that a response is sent even if the person has gone to another view.
 */

import { outcomeInWords } from "../decisions.js";
import { announce, toast } from "../notices.js";
import { pending } from "../pending.js";
import { hitl, projects } from "../rest.js";
import { Entry, outcomeOf } from "./entry.js";
import { byUrgency } from "./groups.js";

/** @import { Move } from "../labels.js" */
/** @import { RequestOutcome } from "./entry.js" */

const LINGER = 5_000; // ms that a request stays in the list after it was decided here
const POLL_INTERVAL = 3_000;

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

  /** The entries in the list, failures first, then by deadline; null until they are read. */
  get listed() {
    if (!pending.items) return null;
    return [...this.#byId.values()]
      .filter((entry) => entry.listed && (!entry.outcome || entry.lingers || entry === this.selected)).sort(byUrgency);
  }

  /** How many requests wait for a response of this person, and how many only others may decide. */
  get waiting() {
    const open = (pending.items ?? []).filter((item) => !this.#byId.get(item.request_id)?.outcome);
    const mine = open.filter(({ eligibility }) => eligibility.may_decide).length;
    return { mine, others: open.length - mine };
  }

  /**
   * The entry of a request, which is read if the list does not have it. May throw a Problem.
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
    if (request.status !== "pending") this.close(entry, outcomeOf(request));
    return entry;
  }

  /** @param {string} id */
  get(id) {
    return this.#byId.get(id);
  }

  /**
   * Select another entry, or none. If the one before was closed by someone else, it leaves the list.
   * @param {Entry | null} entry
   */
  select(entry) {
    const before = this.selected;
    if (entry === before) return;
    this.selected = entry;
    if (before?.outcome && !before.outcome.mine) before.lingers = false;
    this.changed(entry);
  }

  /** @param {Entry | null} entry */
  changed(entry) {
    this.dispatchEvent(new CustomEvent("change", { detail: entry }));
  }

  /**
   * Report the result of an entry: if it is selected, only to screen readers, else in a toast.
   * @param {Entry} entry
   * @param {string} text
   */
  report(entry, text) {
    (entry === this.selected ? announce : toast)(text);
  }

  /**
   * Close an entry, because its request was closed.
   * @param {Entry} entry
   * @param {RequestOutcome} outcome
   */
  close(entry, outcome) {
    entry.outcome = outcome;
    if (outcome.mine) {
      entry.draft.clear();
      entry.lingers = true;
      setTimeout(() => {
        entry.lingers = false;
        this.changed(entry);
      }, LINGER);
    } else {
      entry.draft.sent = null;
      entry.draft.saveSoon();
      entry.lingers = entry.listed && entry !== this.selected && entry.draft.typedMove !== null;
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
    if (!request) setTimeout(() => pending.refresh(), POLL_INTERVAL);
    if (!request || entry.outcome || entry.reply?.phase === "sending") return;
    const sent = entry.reply?.phase === "sent" && entry.draft.decisionId(entry.reply.move);
    const mine = request.history.find(({ decision_id }) => decision_id === sent);
    entry.request = { ...entry.request, ...request };
    if (request.status !== "pending") {
      const outcome = outcomeOf(request);
      if (mine) {
        this.report(entry, `${outcomeInWords(outcome.status, outcome.decision, request)}: ${entry.name}`);
      }
      this.close(entry, { ...outcome, mine: mine !== undefined && mine === outcome.decision });
    } else if (mine?.outcome === "refused" && entry.reply) {
      const { move } = entry.reply;
      entry.draft.sent = null;
      entry.draft.renew(move);
      entry.reply = { phase: "failed", move, message: `This cannot be done: ${mine.explanation}.` };
      this.changed(entry);
    }
  }

  #sync() {
    const listed = new Set();
    for (const item of pending.items ?? []) {
      listed.add(item.request_id);
      const entry = this.#byId.get(item.request_id) ?? new Entry(item);
      entry.listed = true;
      entry.request = { ...entry.request, ...item }; // its deadline may have been extended
      this.#byId.set(item.request_id, entry);
    }
    if (pending.items && !pending.error) {
      for (const entry of this.#byId.values()) if (!entry.outcome && !listed.has(entry.id)) this.#noLongerOpen(entry);
    }
    this.#pollSent();
    this.changed(null);
  }

  /**
   * A request is no longer open. Its outcome is read if the person has selected it, responded or typed something.
   * @param {Entry} entry
   */
  #noLongerOpen(entry) {
    if (entry === this.selected || entry.reply || entry.draft.typedMove) this.refresh(entry);
    else this.#byId.delete(entry.id);
  }

  /** Poll the responses that were sent: no event says that one was refused. */
  #pollSent() {
    clearTimeout(this.#timer);
    const sent = [...this.#byId.values()].filter((entry) => entry.reply?.phase === "sent" && !entry.outcome);
    if (!sent.length) return;
    this.#timer = setTimeout(async () => {
      await Promise.all(sent.map((entry) => this.refresh(entry)));
      pending.refresh();
      this.#pollSent();
    }, POLL_INTERVAL);
  }

  /**
   * Note that a response was sent, which no worker has judged yet.
   * @param {Entry} entry
   * @param {Move} move
   */
  sent(entry, move) {
    entry.draft.sent = move;
    entry.draft.save();
    entry.reply = { phase: "sent", move };
    this.changed(entry);
    this.#pollSent();
  }
}

export const entries = new Entries();
