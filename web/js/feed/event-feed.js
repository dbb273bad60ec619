/** `<event-feed>`: a project's log as it grows, the newest event on top. */

import { each, h, write } from "../dom.js";
import { count } from "../labels.js";
import { failure } from "../notices.js";
import { FrameScheduler } from "../scheduling.js";
import { style } from "../style.js";
import { doing, paintDoing, unfold } from "./event-row.js";
import { isOf, KINDS, plain } from "./event-sentence.js";
import { FeedLog } from "./feed-log.js";
import { FeedRows } from "./feed-rows.js";

await style("feed.css");

const SPEAK_EVERY = 8_000; // ms
const NEAR = 200; // px from the top, from where on rows that dropped out are brought back

/**
 * `model` is a ProjectModel. While the reader is elsewhere in the log (scrolled away, or with a row open or in focus),
 * new events wait behind a button. At most 300 rows are there, whatever the log's length.
 */
export class EventFeed extends HTMLElement {
  #model = null;
  #leave = new AbortController();
  #log = null;
  #above = false; // the feed's top is above the screen
  #unsaid = 0;
  #spoken = -Infinity;
  #frames = new FrameScheduler(() => this.#paint());

  #filter = h("div", { class: "feed-filter", role: "group", "aria-label": "Show events" },
    Object.entries(KINDS).map(([kind, word]) => h("button", {
      type: "button", class: "quiet", dataset: { kind }, "aria-pressed": String(kind === "all"),
      onclick: () => this.#choose(kind),
    }, word)));
  #doing = h("ul", { class: "feed-doing", "aria-label": "What agents are doing" });
  #trouble = h("div", {});
  #rows = new FeedRows();
  #more = h("button", { type: "button", class: "feed-new primary", hidden: true, onclick: () => this.#toNewest() });
  #says = h("div", { class: "visually-hidden", role: "status" });

  constructor() {
    super();
    const { element } = this.#rows;
    element.addEventListener("toggle", ({ target }) => this.#toggled(target), true);
    element.addEventListener("focusout", () => this.#frames.ask());
    element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#rows.addEventListener("change", () => {
      this.#failed(null);
      this.#frames.ask();
    });
    this.#rows.addEventListener("failure", ({ detail }) => this.#failed(detail));
  }

  connectedCallback() {
    if (!this.firstChild) {
      this.append(this.#filter, this.#doing, this.#trouble,
        h("div", { class: "feed-body" }, this.#more, this.#rows.element), this.#says);
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
    this.#leave.abort();
    this.#leave = new AbortController();
    const signal = AbortSignal.any([this.#leave.signal, this.#model.signal]);
    this.#log = new FeedLog(this.#model, signal, (error) => this.#failed(error));
    this.#log.addEventListener("open", () => this.#show());
    this.#log.addEventListener("grown", ({ detail }) => this.#grown(detail));
    this.#model.addEventListener("events", () => this.#frames.ask(), { signal });
    document.addEventListener("visibilitychange", () => this.#frames.ask(), { signal });
    const seen = new IntersectionObserver((entries) => this.#sees(entries), { rootMargin: `0px 0px ${NEAR}px 0px` });
    for (const edge of [this.#filter, this.#rows.older]) seen.observe(edge);
    signal.addEventListener("abort", () => seen.disconnect());
  }

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
    const agents = this.#model.doing;
    const change = () => each(this.#doing, agents, ([agent]) => agent, doing, paintDoing);
    if (agents.size !== this.#doing.childElementCount && this.#reading()) this.#rows.staying(undefined, change);
    else change();
  }

  #reading() {
    return this.#above || this.#rows.reading;
  }

  #show(kind) {
    this.#rows.show(this.#log, kind);
    this.#frames.ask();
  }

  #toNewest() {
    this.#rows.close();
    if (this.#above) this.scrollIntoView({ block: "start" });
    this.#above = false;
    this.#show();
    this.#rows.element.focus({ preventScroll: true });
  }

  #choose(kind) {
    for (const one of this.#filter.children) one.setAttribute("aria-pressed", String(one.dataset.kind === kind));
    if (this.#log?.tail) this.#show(kind);
    else this.#rows.kind = kind;
  }

  #scrolled() {
    if (this.#rows.element.scrollTop > NEAR) return;
    if (this.#rows.detached) this.#rows.goOn();
    else if (this.#rows.newer) this.#frames.ask();
  }

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

  #toggled(details) {
    if (details.open) unfold(details.parentElement);
    this.#frames.ask();
  }

  /** Say what keeps the log from being read; null says that it is over. */
  #failed(error) {
    if (!this.#leave.signal.aborted) this.#trouble.replaceChildren(...(error ? [failure(error)] : []));
  }

  /** Say what is new to somebody who is in the feed, now and then; to everybody else it would be noise. */
  #speak() {
    if (!this.contains(document.activeElement)) this.#unsaid = 0;
    if (!this.#unsaid || performance.now() - this.#spoken < SPEAK_EVERY) return;
    this.#spoken = performance.now();
    const newest = plain(this.#log.tail.findLast((event) => isOf(this.#rows.kind, event)));
    write(this.#says, this.#unsaid === 1 ? newest : `${count(this.#unsaid, "new event")}. The newest: ${newest}`);
    this.#unsaid = 0;
  }
}

customElements.define("event-feed", EventFeed);
