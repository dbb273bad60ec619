/** Times and durations as text, in the reader's zone. */

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/**
 * "3m ago", "in 2h"; under a minute "now".
 * @param {number} moment ms since the epoch
 */
export function ago(moment, now = Date.now()) {
  const seconds = (moment - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return "now";
}

/**
 * A duration: "850 ms", "12.4 s", "3 min 20 s", "2 h 5 min", "3 d 4 h".
 * @param {number} ms
 */
export function duration(ms) {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3_600)} h`;
}

/**
 * A duration in whole seconds, for a text that changes every second: "12 s", "3 min 20 s".
 * @param {number} ms
 */
export const wholeSeconds = (ms) => (ms < 60_000 ? `${Math.floor(ms / 1000)} s` : duration(ms));

/**
 * A duration in its largest unit alone: "12 s", "3 min", "2 h", "3 d".
 * @param {number} ms
 */
export const brief = (ms) => wholeSeconds(ms).split(" ", 2).join(" ");

/**
 * The exact local time, for a tooltip.
 * @param {number | Date} moment
 */
export const inFull = (moment) => exact.format(moment);
