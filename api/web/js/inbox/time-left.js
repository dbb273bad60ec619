/** `<time-left until="…" since="…">`: how long a request still waits; its tone warns when little of the time is left. */

import { inFull, span } from "../time.js";

const LITTLE = 0.1; // of the whole time
const HOUR = 3_600_000;
const shown = new Set();
setInterval(() => document.visibilityState === "visible" && shown.forEach((one) => one.tick()), 1_000);

/** "23 h", "2 d 4 h", "14 min", "40 s": coarser the longer it is. */
const coarse = (ms) => (ms < 60_000 ? `${Math.ceil(ms / 1000)} s` : ms < HOUR ? `${Math.floor(ms / 60_000)} min` : ms < 24 * HOUR ? `${Math.floor(ms / HOUR)} h` : span(ms));

class TimeLeft extends HTMLElement {
  static observedAttributes = ["until", "since"];

  connectedCallback() {
    shown.add(this);
    this.tick();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.tick();
  }

  tick() {
    const until = Date.parse(this.getAttribute("until"));
    const left = until - Date.now();
    const little = left < Math.min(HOUR, LITTLE * (until - Date.parse(this.getAttribute("since"))));
    const text = left > 0 ? `${coarse(left)} left` : "expired";
    const tone = left <= 0 ? "bad" : little ? "asks" : "";
    if (this.dataset.tone !== tone) this.dataset.tone = tone;
    if (!this.title) this.title = `Waits until ${inFull(until)}`;
    if (this.textContent === text) return;
    const expires = this.textContent !== "" && text === "expired";
    this.textContent = text;
    if (expires) this.dispatchEvent(new Event("expired", { bubbles: true }));
  }
}

customElements.define("time-left", TimeLeft);
