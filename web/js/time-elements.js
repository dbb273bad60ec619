/** `<time-ago>` and `<time-left>`: times that stay up to date. */

import { whenIdle } from "./scheduling.js";
import { ago, brief, clock, inFull, remaining, wholeSeconds } from "./time.js";

const WARNING_SHARE = 0.1; // of the whole time, or an hour if that is less
const HOUR = 3_600_000;

/** @type {Set<TickingElement>} */
const connected = new Set();

function tickAll() {
  if (document.visibilityState === "visible") { for (const element of connected) element.tick(); }
}

/** Elements whose exact time changed. @type {Set<TickingElement>} */
const untitled = new Set();

/**
 * Set an element's tooltip later: the first exact time takes a browser 25 ms, and the view is shown without.
 * @param {TickingElement} element
 */
function entitleSoon(element) {
  if (!untitled.size) whenIdle(entitleAll);
  untitled.add(element);
}

function entitleAll() {
  for (const element of untitled) element.entitle();
  untitled.clear();
}

setInterval(tickAll, 1_000);
document.addEventListener("visibilitychange", tickAll);

/** Its `tick()` is called every second while the page is visible. */
class TickingElement extends HTMLElement {
  connectedCallback() {
    connected.add(this);
    this.tick();
  }

  disconnectedCallback() {
    connected.delete(this);
  }

  tick() {}

  /** Set the tooltip. */
  entitle() {}

  /** @param {string} text */
  write(text) {
    if (this.textContent !== text) this.textContent = text;
  }
}

/** @type {Record<string, (ms: number) => string>} */
const LENGTHS = { span: wholeSeconds, brief, clock };

/**
 * `<time-ago datetime="…">`: how long ago, or in how long. `mode="span"` shows the time since (or until) as a duration,
 * such as "3 min 20 s"; `mode="brief"` only its largest unit, "3 min"; `mode="clock"` as "3:20".
 */
class TimeAgo extends TickingElement {
  static observedAttributes = ["datetime", "mode"];

  /**
   * @param {string} name
   * @param {string | null} before
   */
  attributeChangedCallback(name, before) {
    if (name === "datetime" && before !== null) this.title = "";
    if (this.isConnected) this.tick();
  }

  /** @override */
  entitle() {
    this.title = inFull(this.#moment);
  }

  get #moment() {
    return Date.parse(this.getAttribute("datetime") ?? "");
  }

  /** @override */
  tick() {
    const moment = this.#moment;
    if (Number.isNaN(moment)) return;
    if (!this.title) entitleSoon(this);
    const length = LENGTHS[this.getAttribute("mode") ?? ""];
    this.write(length ? length(Math.abs(Date.now() - moment)) : ago(moment));
  }
}

/**
 * `<time-left until="…" since="…" then="…">`: the time that is left, and what happens then. Its tone warns when little is left; it dispatches `expired`
 * when the time is up.
 */
class TimeLeft extends TickingElement {
  #expired = false;
  #entitled = NaN; // the time in the tooltip

  get #until() {
    return Date.parse(this.getAttribute("until") ?? "");
  }

  /** @override */
  entitle() {
    if (Number.isNaN(this.#until)) return;
    this.#entitled = this.#until;
    this.title = `Waits until ${inFull(this.#until)}`;
  }

  /** @override */
  tick() {
    const until = this.#until;
    const left = until - Date.now();
    const whole = until - Date.parse(this.getAttribute("since") ?? "");
    const warns = left < Math.min(HOUR, WARNING_SHARE * whole);
    const tone = left <= 0 ? "bad" : warns ? "asks" : "";
    if (this.dataset.tone !== tone) this.dataset.tone = tone;
    if (this.#entitled !== until) entitleSoon(this);
    const then = this.getAttribute("then");
    this.write(left <= 0 ? "expired" : then ? `expires in ${remaining(left)} → ${then}` : `${remaining(left)} left`);
    if (left > 0) this.#expired = false;
    if (left > 0 || this.#expired) return;
    this.#expired = true;
    this.dispatchEvent(new Event("expired"));
  }
}

customElements.define("time-ago", TimeAgo);
customElements.define("time-left", TimeLeft);
