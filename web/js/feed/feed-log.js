/** A project's log for the feed: its newest part in memory, the rest from REST. */

import { onCustom } from "../dom.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";

/** @import { Event as LogEvent } from "../api.d.ts" */
/** @import { ProjectModel } from "../project/model.js" */

/** @typedef {LogEvent & { seq: number }} NumberedEvent */

/** The most events that one request returns. */
const PAGE_SIZE = 200;

/** How many of the events in memory are returned at once: a screen of rows. */
const KEPT_PAGE_SIZE = 50;

/** At least this many of the newest events are kept. */
const MIN_KEPT = 300;

/**
 * Dispatches `open` once its newest part is read, and then `grown` (`detail`: events in the order of their numbers) for
 * new events: each number once, without gaps. New events come from the model; if it skips a number, they are read from
 * REST.
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

  /** The number of the newest event that was delivered. */
  get head() {
    return this.tail?.at(-1)?.seq ?? 0;
  }

  /**
   * All events after number `seq`, or null if they are no longer in memory.
   * @param {number} seq
   */
  newest(seq) {
    const [first] = this.tail ?? [];
    return this.tail && first && seq >= first.seq - 1 ? this.tail.slice(seq + 1 - first.seq) : null;
  }

  /**
   * Some events before number `seq`, in order: at most 50 of those in memory; if there are none, at most 200 from REST.
   * @param {number} seq
   */
  before(seq) {
    const kept = this.tail?.filter((event) => event.seq < seq) ?? [];
    if (kept.length) return kept.slice(-KEPT_PAGE_SIZE);
    const since = Math.max(0, seq - 1 - PAGE_SIZE);
    return this.#read(since, seq - 1 - since);
  }

  /**
   * Up to 200 events after number `seq`, in order.
   * @param {number} seq
   */
  after(seq) {
    return this.#read(seq, PAGE_SIZE);
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
      this.tail = await this.#read(Math.max(0, this.#known - PAGE_SIZE), PAGE_SIZE);
      this.dispatchEvent(new Event("open"));
    }
    while (this.head < this.#known) {
      const before = this.head;
      const items = (await this.after(before)).filter((event) => event.seq > this.head);
      if (items.length) this.#grow(items);
      if (this.head === before) {
        this.#refresher.ask(); // REST does not return it yet: try again a little later
        return;
      }
    }
  }

  /** @param {NumberedEvent[]} events */
  #grow(events) {
    this.tail = [...(this.tail ?? []), ...events];
    if (this.tail.length > 2 * MIN_KEPT) this.tail = this.tail.slice(-MIN_KEPT);
    this.dispatchEvent(new CustomEvent("grown", { detail: events }));
  }
}

/**
 * Which part of a log is shown. Pure: no DOM, no requests. `items` holds the wanted events from number `from` to number
 * `to`, in order. It has at most `limit` of them: adding events at one end drops others at the other end.
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
   * Start again with the wanted events from number `from` to number `to`, and keep the newest `limit` of them.
   * @param {NumberedEvent[]} items
   * @param {number} from
   * @param {number} to
   */
  reset(items, from, to, limit = this.limit) {
    this.items = items.slice(-limit);
    this.to = to;
    this.from = items.length > limit ? this.items[0].seq : from;
  }

  /**
   * Add the wanted events between the old `to` and the new one. Return how many of the oldest were dropped.
   * @param {NumberedEvent[]} items
   * @param {number} to
   */
  newer(items, to) {
    this.items.push(...items);
    this.to = to;
    const dropped = Math.max(0, this.items.length - this.limit);
    if (dropped) {
      this.items.splice(0, dropped);
      this.from = this.items[0].seq;
    }
    return dropped;
  }

  /**
   * Add the wanted events between the new `from` and the old one. Return how many of the newest were dropped.
   * @param {NumberedEvent[]} items
   * @param {number} from
   */
  older(items, from) {
    this.items.unshift(...items);
    this.from = from;
    const dropped = Math.max(0, this.items.length - this.limit);
    if (dropped) {
      this.items.length = this.limit;
      this.to = this.items[this.items.length - 1].seq;
    }
    return dropped;
  }
}
