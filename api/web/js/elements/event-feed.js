/** `<event-feed>`: a project's log as it grows, the newest event on top. */

import { each, h, write } from "../dom.js";
import { failure } from "../notices.js";
import { count } from "../words.js";
import { paintDoing, doing } from "./doing-line.js";
import { row, unfold } from "./event-row.js";
import { isOf, KINDS, plain } from "./event-sentence.js";
import { FeedLog, KEPT } from "./feed-log.js";
import { FeedWindow } from "./feed-window.js";

const SPEAK_EVERY = 8_000; // ms
const ENOUGH = 40; // rows that one wish for older events brings, where they are rare
const MOST_PAGES = 10; // that are searched for them at once
const BURST = 50; // rows: after more than so many at once, the page rests before the next are painted
const HIDDEN = 250; // ms between two paints of a page in the background, which gets no frames
const AFTER_BURST = 100; // rows that stand there when more came at once than are kept

/**
 * `model` is a ProjectModel. While the reader is elsewhere in the log (scrolled away, or with a row open or in focus),
 * new events wait behind a button. At most 300 rows are there, whatever the log's length.
 */
export class EventFeed extends HTMLElement {
  #model = null;
  #leave = new AbortController();
  #log = null;
  #kind = "all";
  #window = new FeedWindow(KEPT);
  #newer = 0; // wanted events after the window
  #detached = false; // the newest rows dropped out while older ones were read
  #above = false; // the feed's top is above the screen
  #due = null; // the paint to come
  #made = 0; // rows, by the last paint
  #rest = 0; // until when a burst is left to gather
  #loading = false;
  #unsaid = 0;
  #spoken = -Infinity;

  #filter = h("div", { class: "feed-filter", role: "group", "aria-label": "Show events" });
  #doing = h("ul", { class: "feed-doing", "aria-label": "What agents are doing" });
  #trouble = h("div", {});
  #more = h("button", { type: "button", class: "feed-new primary", hidden: true, onclick: () => this.#toNewest() });
  #rows = h("ol", { class: "feed-rows" });
  #older = h("button", { type: "button", class: "quiet feed-older", hidden: true, onclick: () => this.#loadOlder() }, "Load older events");
  #end = h("p", { class: "feed-end faint", hidden: true });
  #scroll = h("div", { class: "feed-scroll", role: "log", "aria-label": "Events", "aria-live": "off", tabindex: "0" }, this.#rows, this.#older, this.#end);
  #says = h("div", { class: "visually-hidden", role: "status" });

  constructor() {
    super();
    this.#filter.append(...Object.entries(KINDS).map(([kind, word]) =>
      h("button", { type: "button", class: "quiet", "aria-pressed": String(kind === this.#kind), dataset: { kind }, onclick: () => this.#choose(kind) }, word)));
    this.#rows.addEventListener("toggle", ({ target }) => this.#toggled(target), true);
    this.#rows.addEventListener("focusout", () => this.#ask());
    this.#scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  connectedCallback() {
    if (!this.firstChild) this.append(this.#filter, this.#doing, this.#trouble, h("div", { class: "feed-body" }, this.#more, this.#scroll), this.#says);
    if (this.#model) this.#follow();
  }

  disconnectedCallback() {
    this.#leave.abort();
  }

  get model() {
    return this.#model;
  }

  set model(model) {
    this.#model = model;
    if (this.isConnected) this.#follow();
  }

  #follow() {
    this.#leave.abort();
    this.#leave = new AbortController();
    const signal = AbortSignal.any([this.#leave.signal, this.#model.signal]);
    this.#log = new FeedLog(this.#model, signal, (error) => this.#trouble.replaceChildren(...(error ? [failure(error)] : [])));
    this.#log.addEventListener("open", () => { this.#reset(); this.#ask(); });
    this.#log.addEventListener("grown", ({ detail }) => this.#grown(detail));
    this.#model.addEventListener("events", () => this.#ask(), { signal });
    document.addEventListener("visibilitychange", () => this.#ask(), { signal });
    const seen = new IntersectionObserver((entries) => this.#sees(entries), { rootMargin: "0px 0px 200px 0px" });
    for (const edge of [this.#filter, this.#older]) seen.observe(edge);
    signal.addEventListener("abort", () => seen.disconnect());
  }

  #grown(events) {
    const wanted = events.filter((event) => isOf(this.#kind, event));
    this.#newer += wanted.length;
    this.#unsaid += wanted.length;
    this.#ask();
  }

  #ask() {
    if (this.#due) return;
    const rest = Math.max(this.#rest - performance.now(), document.hidden ? HIDDEN : 0);
    this.#due = rest > 0 ? setTimeout(() => this.#turn(), rest) : requestAnimationFrame(() => this.#turn());
  }

  #turn() {
    const began = performance.now();
    this.#due = null;
    this.#made = 0;
    this.#paint();
    // A burst takes a third of the time: the rest is for the reader.
    if (this.#made > BURST) setTimeout(() => { this.#rest = 3 * performance.now() - 2 * began; });
  }

  #paint() {
    if (!this.#log?.tail) return;
    if (!this.#detached && !this.#reading()) this.#catchUp();
    this.#paintDoing();
    this.#more.hidden = this.#newer === 0;
    write(this.#more, count(this.#newer, this.#detached ? "newer event" : "new event"));
    this.#speak();
  }

  #paintDoing() {
    const agents = this.#model.doing;
    const change = () => each(this.#doing, agents, ([agent]) => agent, doing, paintDoing);
    if (agents.size !== this.#doing.childElementCount && this.#reading()) this.#staying(this.#rows.firstElementChild, change);
    else change();
  }

  /** Whether new rows would move what is being read. */
  #reading() {
    return this.#scroll.scrollTop > 4 || this.#above || this.#rows.querySelector("details[open], :focus-visible") !== null;
  }

  #catchUp() {
    if (this.#window.to === this.#log.head) return;
    const events = this.#log.newest(this.#window.to);
    if (!events) {
      this.#reset(AFTER_BURST);
      return;
    }
    this.#addNewer(events);
    this.#newer = 0;
  }

  #addNewer(events) {
    const wanted = events.filter((event) => isOf(this.#kind, event));
    this.#window.newer(wanted, events.at(-1).seq);
    const fragment = document.createDocumentFragment();
    // Of a burst, only what stays is made.
    for (const event of wanted.slice(-KEPT).reverse()) fragment.append(row(event));
    this.#made += fragment.childElementCount;
    this.#rows.prepend(fragment);
    while (this.#rows.childElementCount > this.#window.items.length) this.#rows.lastElementChild.remove();
    this.#ends();
  }

  /** Show the newest part of the log, of which at most so many rows. */
  #reset(most = KEPT) {
    const { tail } = this.#log;
    this.#window.reset(tail.filter((event) => isOf(this.#kind, event)), tail[0]?.seq ?? 1, this.#log.head, most);
    this.#detached = false;
    this.#newer = 0;
    this.#rows.replaceChildren(...this.#window.items.map(row).reverse());
    this.#made += this.#window.items.length;
    this.#scroll.scrollTop = 0;
    this.#ends();
  }

  #toNewest() {
    this.#rows.querySelectorAll("details[open]").forEach((one) => { one.open = false; });
    if (this.#above) this.scrollIntoView({ block: "start" });
    this.#above = false;
    this.#reset();
    this.#ask();
    this.#scroll.focus({ preventScroll: true });
  }

  #ends(further = "Load older events") {
    const { from, items } = this.#window;
    write(this.#older, further);
    this.#older.hidden = from <= 1;
    this.#end.hidden = from > 1;
    write(this.#end, items.length ? "The log begins here." : "Nothing of this kind has happened.");
  }

  #choose(kind) {
    this.#kind = kind;
    for (const button of this.#filter.children) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    if (!this.#log?.tail) return;
    this.#reset();
    this.#ask();
  }

  async #loadOlder() {
    if (this.#loading || !this.#log?.tail || this.#window.from <= 1) return;
    this.#loading = true;
    const [log, kind] = [this.#log, this.#kind];
    const found = [];
    let { from } = this.#window;
    try {
      for (let pages = 0; pages < MOST_PAGES && found.length < ENOUGH && from > 1; pages += 1) {
        const page = await log.before(from);
        found.unshift(...page.filter((event) => isOf(kind, event)));
        from = page[0].seq;
      }
    } catch (error) {
      if (!this.#leave.signal.aborted) this.#trouble.replaceChildren(failure(error, () => { this.#trouble.replaceChildren(); this.#loadOlder(); }));
      return;
    } finally {
      this.#loading = false;
    }
    if (log !== this.#log || kind !== this.#kind) return;
    this.#addOlder(found, from);
  }

  #addOlder(found, from) {
    const out = this.#window.older(found, from);
    this.#staying(this.#rows.lastElementChild, () => {
      this.#rows.append(...found.map(row).reverse());
      for (let left = out; left > 0; left -= 1) this.#rows.firstElementChild.remove();
    });
    if (out) {
      this.#newer += out;
      this.#detached = true;
    }
    this.#ends(found.length < ENOUGH ? `Look further back than #${from}` : undefined);
    this.#ask();
  }

  /** The reader came back up to where newer rows had dropped out: bring the next of them. */
  async #loadNewer() {
    if (this.#loading) return;
    this.#loading = true;
    const [log, kind] = [this.#log, this.#kind];
    try {
      const page = log.newest(this.#window.to) ?? await log.after(this.#window.to);
      if (log !== this.#log || kind !== this.#kind || !page.length) return;
      this.#newer -= page.filter((event) => isOf(kind, event)).length;
      this.#staying(this.#rows.firstElementChild, () => this.#addNewer(page));
      this.#detached = this.#window.to < log.head;
      this.#ask();
    } catch {
      // The button brings the newest, whatever has become of this.
    } finally {
      this.#loading = false;
    }
  }

  /** Change the rows without moving `anchor` on the screen. */
  #staying(anchor, change) {
    const top = anchor?.getBoundingClientRect().top;
    change();
    if (!anchor?.isConnected) return;
    this.#scroll.scrollTop += anchor.getBoundingClientRect().top - top;
  }

  #scrolled() {
    if (this.#scroll.scrollTop > 200) return;
    if (this.#detached) this.#loadNewer();
    else if (this.#newer) this.#ask();
  }

  #sees(entries) {
    for (const { target, boundingClientRect, isIntersecting } of entries) {
      if (target === this.#older) {
        if (isIntersecting) this.#loadOlder();
      } else {
        this.#above = boundingClientRect.bottom < 0;
        this.#ask();
      }
    }
  }

  #toggled(details) {
    if (details.open) unfold(details.parentElement);
    this.#ask();
  }

  /** Say what is new to somebody who is in the feed, now and then; to everybody else it would be noise. */
  #speak() {
    if (!this.contains(document.activeElement)) this.#unsaid = 0;
    if (!this.#unsaid || performance.now() - this.#spoken < SPEAK_EVERY) return;
    this.#spoken = performance.now();
    const newest = this.#log.tail.findLast((event) => isOf(this.#kind, event));
    write(this.#says, this.#unsaid === 1 ? plain(newest) : `${count(this.#unsaid, "new event")}. The newest: ${plain(newest)}`);
    this.#unsaid = 0;
  }
}

customElements.define("event-feed", EventFeed);
