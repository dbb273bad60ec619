/** Times as people read them, in the reader's zone; the exact one is in the title and in `datetime`. */

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** "3 min. ago", "in 2 hr."; under a minute "now". */
export function ago(moment, now = Date.now()) {
  const seconds = (moment - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return "now";
}

/** A length of time: "850 ms", "12.4 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". */
export function span(ms) {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3_600)} h`;
}

/** A length of time to be read at a glance, in its largest unit alone: "12 s", "3 min", "2 h", "3 d". */
export const brief = (ms) => MODES.span(ms).split(" ", 2).join(" ");

/** The exact local time, for a title. */
export const inFull = (moment) => exact.format(moment);

const shown = new Set();
setInterval(() => {
  if (document.visibilityState === "visible") for (const one of shown) one.tick();
}, 1_000);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && shown.forEach((one) => one.tick()));

/** An element that says a time, and whose `tick()` is called each second that it is to be seen. */
export class Ticking extends HTMLElement {
  connectedCallback() {
    shown.add(this);
    this.tick();
  }

  disconnectedCallback() {
    shown.delete(this);
  }
}

/**
 * `<time-ago datetime="…">`: how long ago, or in how long, kept up to date; `mode="span"` shows the time since (or
 * until) as a length, such as "3 min 20 s", `mode="brief"` only its largest unit, "3 min".
 */
class TimeAgo extends Ticking {
  static observedAttributes = ["datetime", "mode"];

  attributeChangedCallback(name, before) {
    if (name === "datetime" && before !== null) this.title = "";
    if (this.isConnected) this.tick();
  }

  tick() {
    const moment = Date.parse(this.getAttribute("datetime"));
    if (Number.isNaN(moment)) return;
    if (!this.title) this.title = inFull(moment);
    const length = MODES[this.getAttribute("mode")];
    const text = length ? length(Math.abs(Date.now() - moment)) : ago(moment);
    if (this.textContent !== text) this.textContent = text;
  }
}

const MODES = {
  span: (ms) => (ms < 60_000 ? `${Math.floor(ms / 1000)} s` : span(ms)),
  brief,
};

customElements.define("time-ago", TimeAgo);
