/**
 * `<time-left until="…" since="…">`: how long something still may wait; its tone warns when little of the time is left,
 * and it dispatches `expired` when none is.
 */

import { brief, inFull, Ticking } from "../time.js";

const LITTLE = 0.1; // of the whole time
const HOUR = 3_600_000;

class TimeLeft extends Ticking {
  #over = false;

  tick() {
    const until = Date.parse(this.getAttribute("until"));
    const left = until - Date.now();
    const little = left < Math.min(HOUR, LITTLE * (until - Date.parse(this.getAttribute("since"))));
    const tone = left <= 0 ? "bad" : little ? "asks" : "";
    if (this.dataset.tone !== tone) this.dataset.tone = tone;
    if (!this.title) this.title = `Waits until ${inFull(until)}`;
    const text = left > 0 ? `${brief(left)} left` : "expired";
    if (this.textContent !== text) this.textContent = text;
    if (left > 0 || this.#over) return;
    this.#over = true;
    this.dispatchEvent(new Event("expired"));
  }
}

customElements.define("time-left", TimeLeft);
