/** A project's log for the feed: its newest part in memory, the rest from REST. */

import { onCustom } from "../dom.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";

/** @import { Event as LogEvent } from "../api.d.ts" */
/** @import { ProjectModel } from "../project/model.js" */

/** @typedef {LogEvent & { seq: number }} NumberedEvent */

/** Most events that REST returns at once. */
const PAGE = 200;

/** How much of the newest part is kept, at least. */
const KEPT = 300;

/**
 * Dispatches `open` once its newest part was read, and then `grown` (`detail`: events, in the order of their numbers)
 * for what is new: each number once, without gaps. New events come from the model; where a number is missing there, they
 * are read from REST.
 */
export class EventLog extends EventTarget {
  /** The newest events, without gaps; null until they are read. @type {NumberedEvent[] | null} */
  tail = null;
  #model;
  #signal;
  #refresher;
  #known = 0; // the highest number that is known

  /**
   * `failed(error)` is called when the log cannot be read, and with null when it can again.
   * @param {ProjectModel} model
   * @param {AbortSignal} signal
   * @param {(error: unknown) => void} failed
   */
  constructor(model, signal, failed) {
    super();
    this.#model = model;
    this.#signal = signal;
    this.#refresher = new Refresher(() => this.#catchUp(), { gap: 100, signal, failed });
    onCustom(model, "events", (events) => this.#receive(events), { signal });
    this.#known = model.project.head;
    this.#refresher.ask();
  }

  /** The number of the newest event that was handed on. */
  get head() {
    return this.tail?.at(-1)?.seq ?? 0;
  }

  /**
   * All events after number `seq`, where they are at hand, else null.
   * @param {number} seq
   */
  newest(seq) {
    const [first] = this.tail ?? [];
    return this.tail && first && seq >= first.seq - 1 ? this.tail.slice(seq + 1 - first.seq) : null;
  }

  /**
   * Up to 200 events before number `seq`, in order.
   * @param {number} seq
   */
  before(seq) {
    const since = Math.max(0, seq - 1 - PAGE);
    return this.#read(since, seq - 1 - since);
  }

  /**
   * Up to 200 events after number `seq`, in order.
   * @param {number} seq
   */
  after(seq) {
    return this.#read(seq, PAGE);
  }

  /**
   * @param {number} since
   * @param {number} limit
   */
  async #read(since, limit) {
    if (limit < 1) return [];
    const { items, head } = await projects.events(this.#model.id, { since, limit }, { signal: this.#signal });
    this.#known = Math.max(this.#known, head);
    return /** @type {NumberedEvent[]} */ (items);
  }

  /** @param {LogEvent[]} events */
  #receive(events) {
    const numbered = /** @type {NumberedEvent[]} */ (events.filter((event) => event.seq !== null));
    if (!numbered.length) return;
    this.#known = Math.max(this.#known, numbered[numbered.length - 1].seq);
    if (!this.tail) return; // the first read includes it
    let next = this.head + 1;
    const fresh = numbered.filter((event) => event.seq === next && (next += 1));
    if (fresh.length) this.#grow(fresh);
    if (this.head < this.#known) this.#refresher.ask();
  }

  async #catchUp() {
    if (!this.tail) {
      this.tail = await this.#read(Math.max(0, this.#known - PAGE), PAGE);
      this.dispatchEvent(new Event("open"));
    }
    while (this.head < this.#known) {
      const before = this.head;
      const items = (await this.after(before)).filter((event) => event.seq > this.head);
      if (items.length) this.#grow(items);
      if (this.head === before) {
        this.#refresher.ask(); // REST does not return it yet: again, a little later
        return;
      }
    }
  }

  /** @param {NumberedEvent[]} events */
  #grow(events) {
    this.tail = [...(this.tail ?? []), ...events];
    if (this.tail.length > 2 * KEPT) this.tail = this.tail.slice(-KEPT);
    this.dispatchEvent(new CustomEvent("grown", { detail: events }));
  }
}

/**
 * Which part of a log is shown. Pure: no DOM, no calls. Every wanted event from number `from` to number `to` is in
 * `items`, in order; at most `limit` are, so that what comes in at one end drops out at the other.
 */
export class EventWindow {
  /** @type {NumberedEvent[]} */
  items = [];
  from = 1;
  to = 0;

  /** @param {number} limit */
  constructor(limit) {
    this.limit = limit;
  }

  /**
   * Start over with the wanted ones of the events from number `from` to number `to`, the newest `most` of them.
   * @param {NumberedEvent[]} items
   * @param {number} from
   * @param {number} to
   */
  reset(items, from, to, most = this.limit) {
    this.items = items.slice(-most);
    this.to = to;
    this.from = items.length > most ? this.items[0].seq : from;
  }

  /**
   * Add the wanted ones of the events after `to`, up to the new `to`. Return how many dropped out at the old end.
   * @param {NumberedEvent[]} items
   * @param {number} to
   */
  newer(items, to) {
    this.items.push(...items);
    this.to = to;
    const out = Math.max(0, this.items.length - this.limit);
    if (out) {
      this.items.splice(0, out);
      this.from = this.items[0].seq;
    }
    return out;
  }

  /**
   * Add the wanted ones of those before `from`, down to the new `from`. Return how many dropped out at the new end.
   * @param {NumberedEvent[]} items
   * @param {number} from
   */
  older(items, from) {
    this.items.unshift(...items);
    this.from = from;
    const out = Math.max(0, this.items.length - this.limit);
    if (out) {
      this.items.length = this.limit;
      this.to = this.items[this.items.length - 1].seq;
    }
    return out;
  }
}
