/** The projects that match a filter, newest first, as many as are wanted. Dispatches `change`. */

import { live } from "../live.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";
import { SHOWS } from "./filters.js";

/** @import { ProjectItem } from "../api.d.ts" */
/** @import { Filter } from "./filters.js" */

/** @typedef {{ filter: Filter, items: ProjectItem[], more: boolean }} Kept */

const PART = 50;
const MOST_AT_ONCE = 200;

export class ProjectList extends EventTarget {
  /** Null until they are known. @type {ProjectItem[] | null} */
  items = null;
  /** Whether there are more than these. */
  more = false;
  /** Whether `items` match an older filter, or are fewer than wanted. */
  behind = false;
  /** The error that keeps it from being up to date, or null. @type {unknown} */
  error = null;

  #filter = { show: "all", search: "" };
  #least = PART;
  #signal;
  #refresher;
  #reading = new AbortController();

  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    this.#signal = signal;
    this.#refresher = new Refresher(() => this.#read(), { signal, failed: (error) => this.#changed(error) });
  }

  /**
   * Read, and keep up to date. `kept` is what `keep` gave before: it is shown until something newer is known.
   * @param {Filter} filter
   * @param {Kept | null | undefined} kept
   */
  open(filter, kept) {
    this.#filter = filter;
    if (kept && same(kept.filter, filter)) {
      Object.assign(this, { items: kept.items, more: kept.more });
      this.#least = Math.max(PART, kept.items.length);
    }
    live.watch(() => this.#refresher.ask(), this.#signal);
    this.#refresher.ask();
    if (this.items) this.#changed(null);
  }

  /** How many are wanted. */
  get wanted() {
    return this.#least;
  }

  keep() {
    return this.items && !this.behind ? { filter: this.#filter, items: this.items, more: this.more } : null;
  }

  /** @param {Filter} filter */
  filter(filter) {
    if (same(filter, this.#filter)) return;
    this.#filter = filter;
    this.#least = PART;
    this.#askAnew();
  }

  loadMore() {
    this.#least = (this.items?.length ?? 0) + PART;
    this.#askAnew();
  }

  again() {
    this.#refresher.hurry();
  }

  #askAnew() {
    this.behind = true;
    this.#reading.abort();
    this.#refresher.hurry();
    this.#changed(this.error);
  }

  async #read() {
    this.#reading = new AbortController();
    const signal = AbortSignal.any([this.#reading.signal, this.#signal]);
    const filter = this.#filter;
    // Ids sort by time: whatever was loaded stays loaded, however many new projects come before it.
    const oldest = (!this.behind && this.items?.at(-1)?.id) || "~";
    const items = [];
    let cursor;
    try {
      do {
        const limit = Math.min(MOST_AT_ONCE, Math.max(PART, this.#least - items.length));
        const query = { status: SHOWS[filter.show].statuses, search: filter.search, limit, cursor };
        const part = await projects.list(query, { signal });
        items.push(...part.items);
        cursor = part.next_cursor;
      } while (cursor && (items.length < this.#least || items[items.length - 1].id > oldest));
    } catch (error) {
      if (this.#reading.signal.aborted) return;
      throw error;
    }
    const count = Math.max(this.#least, items.findLastIndex(({ id }) => id >= oldest) + 1);
    this.items = items.slice(0, count);
    this.more = Boolean(cursor) || items.length > count;
    this.behind = false;
    this.#changed(null);
  }

  /** @param {unknown} error */
  #changed(error) {
    this.error = error;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * @param {Filter} one
 * @param {Filter} other
 */
const same = (one, other) => one.show === other.show && one.search === other.search;
