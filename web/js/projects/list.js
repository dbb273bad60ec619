/** The first projects that match a filter, up to the number that the reader has loaded. Dispatches `change`. */

import { live } from "../live.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";
import { NO_FILTER, queryOf } from "./address.js";

/** @import { ProjectCounts, ProjectItem } from "../api.d.ts" */
/** @import { Filter } from "./address.js" */

/** @typedef {{ filter: Filter, items: ProjectItem[], more: boolean }} Kept */

const PAGE_SIZE = 50;
const MAX_LIMIT = 200; // of one request

export class ProjectList extends EventTarget {
  /** Null until they are read. @type {ProjectItem[] | null} */
  items = null;
  /** How many of those that the search, the owner and the tag leave each choice has; null until they are read. @type {ProjectCounts | null} */
  counts = null;
  /** Whether there are more projects than these. */
  more = false;
  /** Whether `items` match an older filter, or are fewer than wanted. */
  stale = false;
  /** The error that keeps it from being up to date, or null. @type {unknown} */
  error = null;

  #filter = NO_FILTER;
  #wanted = PAGE_SIZE;
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
   * Read the list, and keep it up to date. `kept` is what keep() returned earlier: it is shown until the list is read.
   * @param {Filter} filter
   * @param {Kept | null | undefined} kept
   */
  open(filter, kept) {
    this.#filter = filter;
    if (kept && same(kept.filter, filter)) {
      Object.assign(this, { items: kept.items, more: kept.more });
      this.#wanted = Math.max(PAGE_SIZE, kept.items.length);
    }
    live.watch(() => this.#refresher.ask(), this.#signal);
    this.#refresher.ask();
    if (this.items) this.#changed(null);
  }

  /** The number of projects to load, at most. */
  get wanted() {
    return this.#wanted;
  }

  /** What open() can show the next time, or null. */
  keep() {
    return this.items && !this.stale ? { filter: this.#filter, items: this.items, more: this.more } : null;
  }

  /** @param {Filter} filter */
  filter(filter) {
    if (same(filter, this.#filter)) return;
    this.#filter = filter;
    this.#wanted = PAGE_SIZE;
    this.#readAgain();
  }

  loadMore() {
    this.#wanted = (this.items?.length ?? 0) + PAGE_SIZE;
    this.#readAgain();
  }

  retry() {
    this.#refresher.hurry();
  }

  #readAgain() {
    this.stale = true;
    this.#reading.abort();
    this.#refresher.hurry();
    this.#changed(this.error);
  }

  async #read() {
    this.#reading = new AbortController();
    const signal = AbortSignal.any([this.#reading.signal, this.#signal]);
    const filter = this.#filter;
    // Ids sort by time. What was loaded stays loaded, however many new projects come before it.
    const oldest = (!this.stale && filter.order === "newest" && this.items?.at(-1)?.id) || "~";
    const { search, owner, tag } = filter;
    const counting = projects.counts({ search, owner, tag }, { signal });
    counting.catch(() => {}); // it is awaited below, unless the list fails before
    const items = [];
    let cursor;
    try {
      do {
        const limit = Math.min(MAX_LIMIT, Math.max(PAGE_SIZE, this.#wanted - items.length));
        const query = { ...queryOf(filter), limit, cursor };
        const page = await projects.list(query, { signal });
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor && (items.length < this.#wanted || items[items.length - 1].id > oldest));
      this.counts = await counting;
    } catch (error) {
      if (this.#reading.signal.aborted) return;
      throw error;
    }
    const loaded = filter.order === "newest" ? items.findLastIndex(({ id }) => id >= oldest) + 1 : 0;
    const count = Math.max(this.#wanted, loaded);
    this.items = items.slice(0, count);
    this.more = Boolean(cursor) || items.length > count;
    this.stale = false;
    this.#changed(null);
  }

  /** @param {unknown} error */
  #changed(error) {
    this.error = error;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * @param {Filter} a
 * @param {Filter} b
 */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
