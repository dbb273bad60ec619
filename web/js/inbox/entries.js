/**
 * What the inbox holds: an entry for each request that waits, and for one that closed while somebody had it open or
 * typed about it. It outlives the view, so that a response on its way arrives wherever the person has gone.
 */

import { status } from "../labels.js";
import { announce, toast } from "../notices.js";
import { pending } from "../pending.js";
import { hitl, projects } from "../rest.js";
import { byAge, closureOf, Entry } from "./entry.js";

const LINGERS = 5_000; // ms that what was decided here can still be seen
const LOOK_AGAIN = 3_000;

class Entries extends EventTarget {
  /** The selected entry, or null. */
  selected = null;
  #byId = new Map();
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

  /** The entry of a request, which is read where the list does not have it. Throws a Problem. */
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

  get(id) {
    return this.#byId.get(id);
  }

  /** Turn to another entry, or to none: what was closed leaves. */
  select(entry) {
    const before = this.selected;
    if (entry === before) return;
    this.selected = entry;
    if (before?.closure && !before.closure.mine) before.lingers = false;
    this.changed(entry);
  }

  changed(entry) {
    this.dispatchEvent(new CustomEvent("change", { detail: entry }));
  }

  /** Say what came of an entry: aloud where it is shown anyway, else in the corner. */
  tell(entry, text) {
    (entry === this.selected ? announce : toast)(text);
  }

  /** The request has ended. */
  close(entry, closure) {
    entry.closure = closure;
    if (closure.mine) {
      entry.draft.clear();
      entry.lingers = true;
      setTimeout(() => { entry.lingers = false; this.changed(entry); }, LINGERS);
    } else {
      entry.draft.sent = null;
      entry.draft.keep();
      entry.lingers = entry.listed && entry !== this.selected && entry.draft.typedAction !== null;
    }
    entry.reply = null;
    this.changed(entry);
  }

  /** Read how a request stands, and what became of the response that was sent. */
  async look(entry) {
    const request = await hitl.get(entry.id).catch(() => null);
    if (!request) setTimeout(() => pending.look(), LOOK_AGAIN);
    if (!request || entry.closure || entry.reply?.phase === "sending") return;
    const sent = entry.reply?.phase === "sent" && entry.draft.decisionId(entry.reply.action);
    const mine = request.history.find((one) => one.decision_id === sent);
    entry.request = { ...entry.request, ...request };
    if (request.status !== "pending") {
      const closure = closureOf(request);
      if (mine) this.tell(entry, `${status("hitl", closure.status).word}: ${entry.name}`);
      this.close(entry, { ...closure, mine: mine !== undefined && mine === closure.decision });
    } else if (mine?.outcome === "refused") {
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

  /** It waits no more. Who had nothing to do with it need not know why. */
  #gone(entry) {
    if (entry === this.selected || entry.reply || entry.draft.typedAction) this.look(entry);
    else this.#byId.delete(entry.id);
  }

  /** A response may be refused without a word in any log, so those that were sent are asked about. */
  #lookAgain() {
    clearTimeout(this.#timer);
    const sent = [...this.#byId.values()].filter((entry) => entry.reply?.phase === "sent" && !entry.closure);
    if (!sent.length) return;
    this.#timer = setTimeout(async () => {
      await Promise.all(sent.map((entry) => this.look(entry)));
      pending.look();
      this.#lookAgain();
    }, LOOK_AGAIN);
  }

  /** A response was sent that no worker has judged yet. */
  sent(entry, action) {
    entry.draft.sent = action;
    entry.draft.save();
    entry.reply = { phase: "sent", action };
    this.changed(entry);
    this.#lookAgain();
  }
}

export const entries = new Entries();
