/**
 * `<time-waited since="…">`: how long something has waited. `<time-left until="…" since="…">`: how long it still may;
 * its tone warns when little of the time is left, and it dispatches `expired` when none is.
 */

import { inFull, span } from "../time.js";

const LITTLE = 0.1; // of the whole time
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const shown = new Set();
const tick = () => document.visibilityState === "visible" && shown.forEach((one) => one.tick());
setInterval(tick, 1_000);
document.addEventListener("visibilitychange", tick);

/** "40 s", "14 min", "23 h", "2 d 4 h": a list of these is read at a glance, so it does not count the seconds. */
function coarse(ms) {
  if (ms < MINUTE) return `${Math.max(1, Math.floor(ms / 1000))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  return ms < 24 * HOUR ? `${Math.floor(ms / HOUR)} h` : span(ms);
}

class Ticking extends HTMLElement {
  connectedCallback() {
    shown.add(this);
    this.tick();
  }

  disconnectedCallback() {
    shown.delete(this);
  }

  say(text, title) {
    if (this.title !== title) this.title = title;
    if (this.textContent !== text) this.textContent = text;
  }
}

class TimeWaited extends Ticking {
  tick() {
    const since = Date.parse(this.getAttribute("since"));
    this.say(coarse(Date.now() - since), inFull(since));
  }
}

class TimeLeft extends Ticking {
  #over = false;

  tick() {
    const until = Date.parse(this.getAttribute("until"));
    const left = until - Date.now();
    const little = left < Math.min(HOUR, LITTLE * (until - Date.parse(this.getAttribute("since"))));
    const tone = left <= 0 ? "bad" : little ? "asks" : "";
    if (this.dataset.tone !== tone) this.dataset.tone = tone;
    this.say(left > 0 ? `${coarse(left)} left` : "expired", `Waits until ${inFull(until)}`);
    if (left > 0 || this.#over) return;
    this.#over = true;
    this.dispatchEvent(new Event("expired"));
  }
}

customElements.define("time-waited", TimeWaited);
customElements.define("time-left", TimeLeft);
