/** A project's log as a feed needs it: its newest part at hand, the rest from REST. */

import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";

/** Most that REST gives at once. */
const PAGE = 200;

/** How much of the newest part is kept, at least. */
const KEPT = 300;

/**
 * Dispatches `open` once its newest part was read, and then `grown` (`detail`: events, in the order of their numbers)
 * for what is new: each number once, none left out. What the model hands on is the quick way; where a number is
 * missing there, REST is asked.
 */
export class FeedLog extends EventTarget {
  /** The newest events, without gaps; null until they were read. */
  tail = null;
  #model; #signal; #refresher;
  #known = 0; // the highest number heard of

  /** `failed(error)` is told what keeps the log from being read, and null when that is over. */
  constructor(model, signal, failed) {
    super();
    this.#model = model;
    this.#signal = signal;
    this.#refresher = new Refresher(() => this.#catchUp(), { gap: 100, signal, failed });
    model.addEventListener("events", ({ detail }) => this.#hear(detail), { signal });
    this.#known = model.project.head;
    this.#refresher.ask();
  }

  /** The number of the newest event that was handed on. */
  get head() {
    return this.tail?.at(-1)?.seq ?? 0;
  }

  /** All events after number `seq`, where they are at hand, else null. */
  newest(seq) {
    const [first] = this.tail;
    return first && seq >= first.seq - 1 ? this.tail.slice(seq + 1 - first.seq) : null;
  }

  /** Up to 200 events before number `seq`, in order. */
  async before(seq) {
    const since = Math.max(0, seq - 1 - PAGE);
    return this.#read(since, seq - 1 - since);
  }

  /** Up to 200 events after number `seq`, in order. */
  after(seq) {
    return this.#read(seq, PAGE);
  }

  async #read(since, limit) {
    if (limit < 1) return [];
    const { items, head } = await projects.events(this.#model.id, { since, limit }, { signal: this.#signal });
    this.#known = Math.max(this.#known, head);
    return items;
  }

  #hear(events) {
    const numbered = events.filter((event) => event.seq !== null);
    if (!numbered.length) return;
    this.#known = Math.max(this.#known, numbered.at(-1).seq);
    if (!this.tail) return; // the first reading goes as far as the log does
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
        this.#refresher.ask(); // REST knows less than was heard: again, a little later
        return;
      }
    }
  }

  #grow(events) {
    this.tail.push(...events);
    if (this.tail.length > 2 * KEPT) this.tail = this.tail.slice(-KEPT);
    this.dispatchEvent(new CustomEvent("grown", { detail: events }));
  }
}

/**
 * Which part of a log is shown. Pure: no DOM, no calls. Every wanted event from number `from` to number `to` is in
 * `items`, in order; at most `limit` are, so that what comes in at one end drops out at the other.
 */
export class FeedWindow {
  items = [];
  from = 1;
  to = 0;

  constructor(limit) {
    this.limit = limit;
  }

  /** Begin anew with the wanted ones of the events from number `from` to number `to`, the newest `most` of them. */
  reset(items, from, to, most = this.limit) {
    this.items = items.slice(-most);
    this.to = to;
    this.from = items.length > most ? this.items[0].seq : from;
  }

  /** Add the wanted ones of the events after `to`, up to the new `to`; gives how many dropped out at the old end. */
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

  /** Add the wanted ones of those before `from`, down to the new `from`; gives how many dropped out at the new end. */
  older(items, from) {
    this.items.unshift(...items);
    this.from = from;
    const out = Math.max(0, this.items.length - this.limit);
    if (out) {
      this.items.length = this.limit;
      this.to = this.items.at(-1).seq;
    }
    return out;
  }
}
