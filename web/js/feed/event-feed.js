/** `<event-feed>`: a project's log as it grows, the newest event on top. */

import { each, h, onCustom, write } from "../dom.js";
import { count } from "../labels.js";
import { failure } from "../notices.js";
import { FrameScheduler } from "../scheduling.js";
import { style } from "../style.js";
import { doingRow, kindFilter, paintDoing, unfold } from "./event-row.js";
import { isOfKind, KINDS } from "./event-kinds.js";
import { plain } from "./event-sentence.js";
import { EventLog } from "./feed-log.js";
import { FeedRows } from "./feed-rows.js";

/** @import { Event as LogEvent } from "../api.d.ts" */
/** @import { ProjectModel } from "../project/model.js" */

await style("feed.css");

const ANNOUNCE_INTERVAL = 8_000; // ms
const LOAD_DISTANCE = 200; // px from an end of the rows, within which more of them are loaded

/**
 * `model` is a ProjectModel, `kind` the kind of events that is shown at first, a key of KINDS; a `kind-select` event
 * (`detail`: the kind) is dispatched when the reader chooses another. While the reader is reading (has scrolled away, or has a row open or in focus), new events
 * wait behind a button. At most 300 rows exist, whatever the length of the log.
 */
export class EventFeed extends HTMLElement {
  /** @type {ProjectModel | null} */
  #model = null;
  #controller = new AbortController();
  /** @type {EventLog | null} */
  #log = null;
  #topHidden = false; // the top of the feed is above the screen
  #unannounced = 0;
  #announcedAt = -Infinity;
  #frames = new FrameScheduler(() => this.#paint());

  #filter = kindFilter((kind) => this.#choose(kind));
  #doing = h("ul", { class: "feed-doing", "aria-label": "What agents are doing" });
  #error = h("div", {});
  #rows = new FeedRows();
  #more = h("button", { type: "button", class: "feed-new primary", hidden: true, onclick: () => this.#toNewest() });
  #announcement = h("div", { class: "visually-hidden", role: "status" });

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
    onCustom(this.#rows, "failure", (error) => this.#failed(error));
  }

  connectedCallback() {
    if (!this.firstChild) {
      this.append(
        this.#filter.element,
        this.#doing,
        this.#error,
        h("div", { class: "feed-body" }, this.#more, this.#rows.element),
        this.#announcement,
      );
    }
    if (this.#model) this.#follow();
  }

  disconnectedCallback() {
    this.#controller.abort();
  }

  /** @param {string} kind */
  set kind(kind) {
    this.#filter.show(this.#rows.kind = Object.hasOwn(KINDS, kind) ? kind : "all");
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
    this.#controller.abort();
    this.#controller = new AbortController();
    const signal = AbortSignal.any([this.#controller.signal, model.signal]);
    this.#log = new EventLog(model, signal, (error) => this.#failed(error));
    this.#log.addEventListener("open", () => this.#show());
    onCustom(this.#log, "grown", (events) => this.#logGrown(events));
    model.addEventListener("events", () => this.#frames.ask(), { signal });
    document.addEventListener("visibilitychange", () => this.#frames.ask(), { signal });
    const rootMargin = `0px 0px ${LOAD_DISTANCE}px 0px`;
    const seen = new IntersectionObserver((entries) => this.#edgesMoved(entries), { rootMargin });
    for (const edge of [this.#filter.element, this.#rows.older]) seen.observe(edge);
    signal.addEventListener("abort", () => seen.disconnect());
  }

  /** @param {LogEvent[]} events */
  #logGrown(events) {
    const wanted = events.filter((event) => isOfKind(this.#rows.kind, event)).length;
    this.#rows.newer += wanted;
    this.#unannounced += wanted;
    this.#frames.ask();
  }

  #paint() {
    if (!this.#log?.tail) return 0;
    const { made } = this.#rows;
    if (!this.#rows.detached && !this.#reading()) this.#rows.catchUp();
    this.#paintDoing();
    this.#more.hidden = this.#rows.newer === 0;
    write(this.#more, count(this.#rows.newer, this.#rows.detached ? "newer event" : "new event"));
    this.#announce();
    return this.#rows.made - made;
  }

  #paintDoing() {
    if (!this.#model) return;
    const agents = this.#model.doing;
    const change = () => each(this.#doing, agents, ([agent]) => agent, doingRow, paintDoing);
    if (agents.size !== this.#doing.childElementCount && this.#reading()) this.#rows.keepPosition(change);
    else change();
  }

  #reading() {
    return this.#topHidden || this.#rows.reading;
  }

  #show(kind = this.#rows.kind) {
    if (this.#log) this.#rows.show(this.#log, kind);
    this.#frames.ask();
  }

  #toNewest() {
    this.#rows.close();
    if (this.#topHidden) this.scrollIntoView({ block: "start" });
    this.#topHidden = false;
    this.#show();
    this.#rows.element.focus({ preventScroll: true });
  }

  /** @param {string} kind */
  #choose(kind) {
    if (this.#log?.tail) this.#show(kind);
    else this.#rows.kind = kind;
    this.#filter.show(this.#rows.kind);
    this.dispatchEvent(new CustomEvent("kind-select", { detail: kind }));
  }

  #scrolled() {
    if (this.#rows.element.scrollTop > LOAD_DISTANCE) return;
    if (this.#rows.detached) this.#rows.loadNewer();
    else if (this.#rows.newer) this.#frames.ask();
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #edgesMoved(entries) {
    for (const { target, boundingClientRect, isIntersecting } of entries) {
      if (target === this.#filter.element) {
        this.#topHidden = boundingClientRect.bottom < 0;
        this.#frames.ask();
      } else if (isIntersecting) {
        this.#rows.loadOlder();
      }
    }
  }

  /** @param {EventTarget | null} details */
  #toggled(details) {
    if (details instanceof HTMLDetailsElement && details.open && details.parentElement) unfold(details.parentElement);
    this.#frames.ask();
  }

  /** @param {unknown} error what prevents reading the log, or null */
  #failed(error) {
    if (!this.#controller.signal.aborted) this.#error.replaceChildren(...(error ? [failure(error)] : []));
  }

  /** Announce new events at intervals, but only if the focus is in the feed: it would be noise elsewhere. */
  #announce() {
    if (!this.contains(document.activeElement)) this.#unannounced = 0;
    if (!this.#unannounced || performance.now() - this.#announcedAt < ANNOUNCE_INTERVAL) return;
    this.#announcedAt = performance.now();
    const event = this.#log?.tail?.findLast((candidate) => isOfKind(this.#rows.kind, candidate));
    const newest = event ? plain(event) : "";
    const text = this.#unannounced === 1 ? newest : `${count(this.#unannounced, "new event")}. The newest: ${newest}`;
    write(this.#announcement, text);
    this.#unannounced = 0;
  }
}

customElements.define("event-feed", EventFeed);
