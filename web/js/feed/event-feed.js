/** `<event-feed>`: a project's log as it grows, the newest event on top. */

import { each, h, onCustom, parts, write } from "../dom.js";
import { count } from "../labels.js";
import { failure } from "../notices.js";
import { FrameScheduler } from "../scheduling.js";
import { style } from "../style.js";
import { doing, kindFilter, paintDoing, unfold } from "./event-row.js";
import { isOf, plain } from "./event-sentence.js";
import { EventLog } from "./feed-log.js";
import { FeedRows } from "./feed-rows.js";

/** @import { Event as LogEvent } from "../api.d.ts" */
/** @import { ProjectModel } from "../project/model.js" */

await style("feed.css");

const SPEAK_EVERY = 8_000; // ms
const NEAR = 200; // px from the top, from where on rows that dropped out are brought back

/**
 * `model` is a ProjectModel. While the reader is elsewhere in the log (scrolled away, or with a row open or in focus),
 * new events wait behind a button. At most 300 rows exist, whatever the length of the log.
 */
export class EventFeed extends HTMLElement {
  /** @type {ProjectModel | null} */
  #model = null;
  #leave = new AbortController();
  /** @type {EventLog | null} */
  #log = null;
  #above = false; // the feed's top is above the screen
  #unsaid = 0;
  #spoken = -Infinity;
  #frames = new FrameScheduler(() => this.#paint());

  #filter = kindFilter((kind) => this.#choose(kind));
  #doing = h("ul", { class: "feed-doing", "aria-label": "What agents are doing" });
  #trouble = h("div", {});
  #rows = new FeedRows();
  #more = h("button", { type: "button", class: "feed-new primary", hidden: true, onclick: () => this.#toNewest() });
  #says = h("div", { class: "visually-hidden", role: "status" });

  constructor() {
    super();
    const { element } = this.#rows;
    element.addEventListener(
      "toggle",
      ({ target }) => target instanceof HTMLDetailsElement && this.#toggled(target),
      true,
    );
    element.addEventListener("focusout", () => this.#frames.ask());
    element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#rows.addEventListener("change", () => {
      this.#failed(null);
      this.#frames.ask();
    });
    onCustom(this.#rows, "failure", (error) => this.#failed(error));
  }

  connectedCallback() {
    if (!this.firstChild) {
      this.append(
        this.#filter,
        this.#doing,
        this.#trouble,
        h("div", { class: "feed-body" }, this.#more, this.#rows.element),
        this.#says,
      );
    }
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
    const model = this.#model;
    if (!model) return;
    this.#leave.abort();
    this.#leave = new AbortController();
    const signal = AbortSignal.any([this.#leave.signal, model.signal]);
    this.#log = new EventLog(model, signal, (error) => this.#failed(error));
    this.#log.addEventListener("open", () => this.#show());
    onCustom(this.#log, "grown", (events) => this.#grown(events));
    model.addEventListener("events", () => this.#frames.ask(), { signal });
    document.addEventListener("visibilitychange", () => this.#frames.ask(), { signal });
    const seen = new IntersectionObserver((entries) => this.#sees(entries), { rootMargin: `0px 0px ${NEAR}px 0px` });
    for (const edge of [this.#filter, this.#rows.older]) seen.observe(edge);
    signal.addEventListener("abort", () => seen.disconnect());
  }

  /** @param {LogEvent[]} events */
  #grown(events) {
    const wanted = events.filter((event) => isOf(this.#rows.kind, event)).length;
    this.#rows.newer += wanted;
    this.#unsaid += wanted;
    this.#frames.ask();
  }

  #paint() {
    if (!this.#log?.tail) return 0;
    const { made } = this.#rows;
    if (!this.#rows.detached && !this.#reading()) this.#rows.catchUp();
    this.#paintDoing();
    this.#more.hidden = this.#rows.newer === 0;
    write(this.#more, count(this.#rows.newer, this.#rows.detached ? "newer event" : "new event"));
    this.#speak();
    return this.#rows.made - made;
  }

  #paintDoing() {
    if (!this.#model) return;
    const agents = this.#model.doing;
    const change = () => each(this.#doing, agents, ([agent]) => agent, doing, paintDoing);
    if (agents.size !== this.#doing.childElementCount && this.#reading()) this.#rows.staying(change);
    else change();
  }

  #reading() {
    return this.#above || this.#rows.reading;
  }

  /** @param {string} [kind] */
  #show(kind) {
    if (this.#log) this.#rows.show(this.#log, kind);
    this.#frames.ask();
  }

  #toNewest() {
    this.#rows.close();
    if (this.#above) this.scrollIntoView({ block: "start" });
    this.#above = false;
    this.#show();
    this.#rows.element.focus({ preventScroll: true });
  }

  /** @param {string} kind */
  #choose(kind) {
    for (const one of parts(this.#filter)) one.setAttribute("aria-pressed", String(one.dataset.kind === kind));
    if (this.#log?.tail) this.#show(kind);
    else this.#rows.kind = kind;
  }

  #scrolled() {
    if (this.#rows.element.scrollTop > NEAR) return;
    if (this.#rows.detached) this.#rows.goOn();
    else if (this.#rows.newer) this.#frames.ask();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #sees(entries) {
    for (const { target, boundingClientRect, isIntersecting } of entries) {
      if (target === this.#filter) {
        this.#above = boundingClientRect.bottom < 0;
        this.#frames.ask();
      } else if (isIntersecting) {
        this.#rows.goBack();
      }
    }
  }

  /** @param {HTMLDetailsElement} details */
  #toggled(details) {
    if (details.open && details.parentElement) unfold(details.parentElement);
    this.#frames.ask();
  }

  /**
   * Show what prevents reading the log; null when it works again.
   * @param {unknown} error
   */
  #failed(error) {
    if (!this.#leave.signal.aborted) this.#trouble.replaceChildren(...(error ? [failure(error)] : []));
  }

  /** Announce news to a reader whose focus is in the feed, at intervals; elsewhere it would be noise. */
  #speak() {
    if (!this.contains(document.activeElement)) this.#unsaid = 0;
    if (!this.#unsaid || performance.now() - this.#spoken < SPEAK_EVERY) return;
    this.#spoken = performance.now();
    const event = this.#log?.tail?.findLast((one) => isOf(this.#rows.kind, one));
    const newest = event ? plain(event) : "";
    write(this.#says, this.#unsaid === 1 ? newest : `${count(this.#unsaid, "new event")}. The newest: ${newest}`);
    this.#unsaid = 0;
  }
}

customElements.define("event-feed", EventFeed);
