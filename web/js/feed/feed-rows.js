/** The rows of the feed: the part of the log that is shown, which changes as the reader scrolls. */

import { h, write } from "../dom.js";
import { addExactTime, row } from "./event-row.js";
import { isOfKind } from "./event-kinds.js";
import { EventWindow } from "./feed-log.js";

/** @import { Event as LogEvent } from "../api.d.ts" */
/** @import { EventLog, NumberedEvent } from "./feed-log.js" */

const MAX_ROWS = 300;
const ROWS_AT_FIRST = 50; // more than a screen has; the others are added as the reader gets near them
const ROWS_AFTER_BURST = 100; // shown when more events came at once than the log keeps
const ROWS_PER_LOAD = 40; // at least, unless MAX_PAGES pages have fewer of the chosen kind
const MAX_PAGES = 10; // read for one load

/** Dispatches `change` after it has loaded events, and `failure` if it could not. */
export class FeedRows extends EventTarget {
  /** How many wanted events are newer than those that are shown. */
  newer = 0;
  /** Whether the newest rows were dropped while older ones were loaded. */
  detached = false;
  /** How many rows were made so far. */
  made = 0;
  kind = "all";
  /** @type {EventLog | null} */
  #log = null;
  #window = new EventWindow(MAX_ROWS);
  #loading = false;
  #rows = h("ol", { class: "feed-rows" });
  #end = h("p", { class: "feed-end faint", hidden: true });

  older = h("button", { type: "button", class: "quiet feed-older", hidden: true, onclick: () => this.loadOlder() });
  element = h(
    "div",
    {
      class: "feed-scroll",
      role: "log",
      "aria-label": "Events",
      "aria-live": "off",
      tabindex: "0",
      onpointerover: ({ target }) => addExactTime(target),
    },
    this.#rows,
    this.older,
    this.#end,
  );

  /**
   * Show the newest part of a log, at most `limit` rows.
   * @param {EventLog} log
   */
  show(log, kind = this.kind, limit = ROWS_AT_FIRST) {
    this.#log = log;
    this.kind = kind;
    this.detached = false;
    this.newer = 0;
    const tail = log.tail ?? [];
    this.#window.reset(this.#wanted(tail), tail[0]?.seq ?? 1, log.head, limit);
    this.#rows.replaceChildren(...this.#window.items.map(row).reverse());
    this.made += this.#window.items.length;
    this.element.scrollTop = 0;
    this.#paintEnds();
  }

  /** Whether the reader has scrolled, or has a row open or in focus: new rows would move what is read. */
  get reading() {
    return this.element.scrollTop > 4 || this.#rows.querySelector("details[open], :focus-visible") !== null;
  }

  close() {
    for (const details of this.#rows.querySelectorAll("details[open]")) details.removeAttribute("open");
  }

  /** Show the events that have arrived since. */
  catchUp() {
    if (!this.#log || this.#window.to === this.#log.head) return;
    const events = this.#log.newest(this.#window.to);
    if (events) this.#addNewer(events);
    else this.show(this.#log, this.kind, ROWS_AFTER_BURST);
    this.newer = 0;
  }

  /** Load older events. */
  async loadOlder() {
    await this.#load(async (log, kind) => {
      /** @type {NumberedEvent[]} */
      const found = [];
      let { from } = this.#window;
      for (let pages = 0; pages < MAX_PAGES && found.length < ROWS_PER_LOAD && from > 1; pages += 1) {
        const page = await log.before(from);
        found.unshift(...this.#wanted(page, kind));
        from = page[0].seq;
      }
      return () => this.#addOlder(found, from);
    });
  }

  /** Load the next of the newer events that were dropped. */
  async loadNewer() {
    await this.#load(async (log) => {
      const page = log.newest(this.#window.to) ?? await log.after(this.#window.to);
      return () =>
        this.keepPosition(() => {
          this.#addNewer(page);
          this.newer -= this.#wanted(page).length;
          this.detached = this.#window.to < log.head;
        });
    });
  }

  /**
   * Change the rows without moving `anchor` on the screen.
   * @param {() => void} change
   */
  keepPosition(change, anchor = this.#rows.firstElementChild) {
    const top = anchor?.getBoundingClientRect().top ?? 0;
    change();
    if (anchor?.isConnected) this.element.scrollTop += anchor.getBoundingClientRect().top - top;
  }

  /**
   * Load events, unless that is already going on. `read` returns a function that shows them, which is not called if the
   * reader has chosen another kind or log meanwhile.
   * @param {(log: EventLog, kind: string) => Promise<() => void>} read
   */
  async #load(read) {
    const [log, kind] = [this.#log, this.kind];
    if (this.#loading || !log) return;
    this.#loading = true;
    try {
      const show = await read(log, kind);
      if (log !== this.#log || kind !== this.kind) return;
      show();
      this.dispatchEvent(new Event("change"));
    } catch (error) {
      this.dispatchEvent(new CustomEvent("failure", { detail: error }));
    } finally {
      this.#loading = false;
    }
  }

  /** @param {NumberedEvent[]} events */
  #addNewer(events) {
    const wanted = this.#wanted(events);
    this.#window.newer(wanted, events[events.length - 1].seq);
    // Of a burst, create only the rows that stay.
    const rows = wanted.slice(-MAX_ROWS).map(row).reverse();
    this.made += rows.length;
    this.#rows.prepend(...rows);
    while (this.#rows.childElementCount > this.#window.items.length) this.#rows.lastElementChild?.remove();
    this.#paintEnds();
  }

  /**
   * @param {NumberedEvent[]} events
   * @param {number} from
   */
  #addOlder(events, from) {
    const dropped = this.#window.older(events, from);
    this.keepPosition(() => {
      this.#rows.append(...events.map(row).reverse());
      for (let left = dropped; left > 0; left -= 1) this.#rows.firstElementChild?.remove();
    }, this.#rows.lastElementChild);
    this.newer += dropped;
    this.detached ||= dropped > 0;
    this.#paintEnds(events.length < ROWS_PER_LOAD ? `Load events before #${from}` : undefined);
  }

  #paintEnds(label = "Load older events") {
    const { from, items } = this.#window;
    write(this.older, label);
    if (from <= 1 && document.activeElement === this.older) this.element.focus({ preventScroll: true });
    this.older.hidden = from <= 1;
    this.#end.hidden = from > 1;
    write(this.#end, items.length ? "The log begins here." : "There are no events of this kind.");
  }

  /** @param {NumberedEvent[]} events */
  #wanted(events, kind = this.kind) {
    return events.filter((event) => isOfKind(kind, event));
  }
}
