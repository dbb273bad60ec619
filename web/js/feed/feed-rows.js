/** The rows of the feed: the part of the log that is shown, which the reader moves to and fro. */

import { h, write } from "../dom.js";
import { row } from "./event-row.js";
import { isOf } from "./event-sentence.js";
import { FeedWindow } from "./feed-log.js";

const MOST = 300; // rows
const AFTER_BURST = 100; // rows that stand there when more came at once than are at hand
const ENOUGH = 40; // rows that one wish for older events brings, where they are rare
const MOST_PAGES = 10; // that are searched for them at once

/** Dispatches `change` when it did something that was not asked for in the same turn. */
export class FeedRows extends EventTarget {
  /** How many wanted events are newer than those that are shown. */
  newer = 0;
  /** Whether the newest rows dropped out while older ones were read. */
  detached = false;
  /** How many rows were made so far. */
  made = 0;
  kind = "all";
  #log = null;
  #window = new FeedWindow(MOST);
  #loading = false;
  #rows = h("ol", { class: "feed-rows" });
  #end = h("p", { class: "feed-end faint", hidden: true });

  older = h("button", { type: "button", class: "quiet feed-older", hidden: true, onclick: () => this.goBack() });
  element = h("div", { class: "feed-scroll", role: "log", "aria-label": "Events", "aria-live": "off", tabindex: "0" },
    this.#rows, this.older, this.#end);

  /** Show the newest part of a log, of which at most so many rows. */
  show(log, kind = this.kind, most = MOST) {
    this.#log = log;
    this.kind = kind;
    this.detached = false;
    this.newer = 0;
    this.#window.reset(this.#wanted(log.tail), log.tail[0]?.seq ?? 1, log.head, most);
    this.#rows.replaceChildren(...this.#window.items.map(row).reverse());
    this.made += this.#window.items.length;
    this.element.scrollTop = 0;
    this.#paintEnds();
  }

  /** Whether the reader is somewhere else than at the newest row, which new ones would push away. */
  get reading() {
    return this.element.scrollTop > 4 || this.#rows.querySelector("details[open], :focus-visible") !== null;
  }

  close() {
    for (const one of this.#rows.querySelectorAll("details[open]")) one.open = false;
  }

  /** Show what has come since. */
  catchUp() {
    if (this.#window.to === this.#log.head) return;
    const events = this.#log.newest(this.#window.to);
    if (events) this.#addNewer(events);
    else this.show(this.#log, this.kind, AFTER_BURST);
    this.newer = 0;
  }

  /** Bring older events. */
  async goBack() {
    await this.#once(async (log, kind) => {
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
      return () => this.staying(this.#rows.firstElementChild, () => {
        this.#addNewer(page);
        this.newer -= this.#wanted(page).length;
        this.detached = this.#window.to < log.head;
      });
    });
  }

  /** Change something without moving a row on the screen. */
  staying(anchor = this.#rows.firstElementChild, change) {
    const top = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.element.scrollTop += anchor.getBoundingClientRect().top - top;
  }

  /** One reading at a time; `read` gives what to do then, if the reader has not turned to something else meanwhile. */
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

  #addNewer(events) {
    const wanted = this.#wanted(events);
    this.#window.newer(wanted, events.at(-1).seq);
    // Of a burst, only what stays is made.
    const rows = wanted.slice(-MOST).map(row).reverse();
    this.made += rows.length;
    this.#rows.prepend(...rows);
    while (this.#rows.childElementCount > this.#window.items.length) this.#rows.lastElementChild.remove();
    this.#paintEnds();
  }

  #addOlder(events, from) {
    const out = this.#window.older(events, from);
    this.staying(this.#rows.lastElementChild, () => {
      this.#rows.append(...events.map(row).reverse());
      for (let left = out; left > 0; left -= 1) this.#rows.firstElementChild.remove();
    });
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

  #wanted(events, kind = this.kind) {
    return events.filter((event) => isOf(kind, event));
  }
}
