/** The rows of the feed: the part of the log that is shown, which the reader moves to and fro. */

import { h, write } from "../dom.js";
import { row } from "./event-row.js";
import { isOf } from "./event-sentence.js";
import { EventWindow } from "./feed-log.js";

/** @import { Event as LogEvent } from "../api.d.ts" */
/** @import { EventLog, NumberedEvent } from "./feed-log.js" */

const MOST = 300; // rows
const AFTER_BURST = 100; // rows that are shown when more came at once than are kept
const ENOUGH = 40; // rows that one wish for older events brings, where they are rare
const MOST_PAGES = 10; // that are searched for them at once

/** Dispatches `change` after work that ended in a later turn, and `failure` when it failed. */
export class FeedRows extends EventTarget {
  /** How many wanted events are newer than those that are shown. */
  newer = 0;
  /** Whether the newest rows dropped out while older ones were read. */
  detached = false;
  /** How many rows were made so far. */
  made = 0;
  kind = "all";
  /** @type {EventLog | null} */
  #log = null;
  #window = new EventWindow(MOST);
  #loading = false;
  #rows = h("ol", { class: "feed-rows" });
  #end = h("p", { class: "feed-end faint", hidden: true });

  older = h("button", { type: "button", class: "quiet feed-older", hidden: true, onclick: () => this.goBack() });
  element = h(
    "div",
    { class: "feed-scroll", role: "log", "aria-label": "Events", "aria-live": "off", tabindex: "0" },
    this.#rows,
    this.older,
    this.#end,
  );

  /**
   * Show the newest part of a log, at most `most` rows.
   * @param {EventLog} log
   */
  show(log, kind = this.kind, most = MOST) {
    this.#log = log;
    this.kind = kind;
    this.detached = false;
    this.newer = 0;
    const tail = log.tail ?? [];
    this.#window.reset(this.#wanted(tail), tail[0]?.seq ?? 1, log.head, most);
    this.#rows.replaceChildren(...this.#window.items.map(row).reverse());
    this.made += this.#window.items.length;
    this.element.scrollTop = 0;
    this.#paintEnds();
  }

  /** Whether the reader is away from the newest row, so that new ones would move what is read. */
  get reading() {
    return this.element.scrollTop > 4 || this.#rows.querySelector("details[open], :focus-visible") !== null;
  }

  close() {
    for (const one of this.#rows.querySelectorAll("details[open]")) one.removeAttribute("open");
  }

  /** Show what has come since. */
  catchUp() {
    if (!this.#log || this.#window.to === this.#log.head) return;
    const events = this.#log.newest(this.#window.to);
    if (events) this.#addNewer(events);
    else this.show(this.#log, this.kind, AFTER_BURST);
    this.newer = 0;
  }

  /** Bring older events. */
  async goBack() {
    await this.#once(async (log, kind) => {
      /** @type {NumberedEvent[]} */
      const found = [];
      let { from } = this.#window;
      for (let pages = 0; pages < MOST_PAGES && found.length < ENOUGH && from > 1; pages += 1) {
        const page = await log.before(from);
        found.unshift(...this.#wanted(page, kind));
        from = page[0].seq;
      }
      return () => this.#addOlder(found, from);
    });
  }

  /** Bring the next of the events that had dropped out. */
  async goOn() {
    await this.#once(async (log) => {
      const page = log.newest(this.#window.to) ?? await log.after(this.#window.to);
      return () =>
        this.staying(() => {
          this.#addNewer(page);
          this.newer -= this.#wanted(page).length;
          this.detached = this.#window.to < log.head;
        });
    });
  }

  /**
   * Change something without moving a row on the screen.
   * @param {() => void} change
   */
  staying(change, anchor = this.#rows.firstElementChild) {
    const top = anchor?.getBoundingClientRect().top ?? 0;
    change();
    if (anchor?.isConnected) this.element.scrollTop += anchor.getBoundingClientRect().top - top;
  }

  /**
   * Read once at a time. `read` returns what to do then, unless the reader has chosen something else meanwhile.
   * @param {(log: EventLog, kind: string) => Promise<() => void>} read
   */
  async #once(read) {
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
    // Of a burst, only what stays is made.
    const rows = wanted.slice(-MOST).map(row).reverse();
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
    const out = this.#window.older(events, from);
    this.staying(() => {
      this.#rows.append(...events.map(row).reverse());
      for (let left = out; left > 0; left -= 1) this.#rows.firstElementChild?.remove();
    }, this.#rows.lastElementChild);
    this.newer += out;
    this.detached ||= out > 0;
    this.#paintEnds(events.length < ENOUGH ? `Look further back than #${from}` : undefined);
  }

  #paintEnds(further = "Load older events") {
    const { from, items } = this.#window;
    write(this.older, further);
    if (from <= 1 && document.activeElement === this.older) this.element.focus({ preventScroll: true });
    this.older.hidden = from <= 1;
    this.#end.hidden = from > 1;
    write(this.#end, items.length ? "The log begins here." : "Nothing of this kind has happened.");
  }

  /** @param {NumberedEvent[]} events */
  #wanted(events, kind = this.kind) {
    return events.filter((event) => isOf(kind, event));
  }
}
