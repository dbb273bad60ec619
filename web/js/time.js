/** Times and durations as text, in the reader's zone. Each is rounded to the smallest unit that it shows. */

/**
 * A format of moments in the reader's language and zone. It is made when it is first used: the first one takes a browser
 * 25 ms, and what a view shows at first does without.
 * @param {Intl.DateTimeFormatOptions} options
 * @returns {(moment: number | Date) => string}
 */
export function dateFormat(options) {
  /** @type {Intl.DateTimeFormat | undefined} */
  let format;
  return (moment) => (format ??= new Intl.DateTimeFormat(undefined, options)).format(moment);
}

const exact = dateFormat({ dateStyle: "medium", timeStyle: "long" });
const hourAndMinute = dateFormat({ hour: "2-digit", minute: "2-digit" });
const dayAndClock = dateFormat({
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]; // in ms
const HOURS_ALONE = 48; // up to here a time in one unit is hours: "24 h left", and not "1 d left"

/**
 * "3 min ago", "in 2 h"; under a minute "just now" or, of what is ahead, "now".
 * @param {number} moment ms since the epoch
 */
export function ago(moment, now = Date.now()) {
  const ms = Math.abs(moment - now);
  if (ms < MINUTE) return moment > now ? "now" : "just now";
  return moment > now ? `in ${brief(ms)}` : `${brief(ms)} ago`;
}

/**
 * A time of a minute or more in its largest unit alone.
 * @param {number} ms
 * @returns {[number, "minute" | "hour" | "day"]}
 */
function largestUnit(ms) {
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 60) return [minutes, "minute"];
  const hours = Math.round(ms / HOUR);
  return hours < HOURS_ALONE ? [hours, "hour"] : [Math.round(ms / DAY), "day"];
}

/**
 * A duration: "850 ms", "12.4 s", "3 min 20 s", "2 h 5 min", "3 d 4 h".
 * @param {number} ms
 */
export function duration(ms) {
  if (Math.round(ms) < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(ms / HOUR);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * A duration in whole seconds that have passed, for a text that changes every second: "12 s", "3 min 20 s".
 * @param {number} ms
 */
export function wholeSeconds(ms) {
  const passed = Math.floor(ms / SECOND) * SECOND;
  return passed < MINUTE ? `${passed / SECOND} s` : duration(passed);
}

const SHORT = { minute: "min", hour: "h", day: "d" };

/**
 * A duration in its largest unit alone: "12 s", "3 min", "24 h", "3 d".
 * @param {number} ms
 */
export function brief(ms) {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  const [amount, unit] = largestUnit(ms);
  return `${amount} ${SHORT[unit]}`;
}

/**
 * The time until a moment in its largest unit: "24 h", "3 min", "1 s". It is 0 only when the moment has come.
 * @param {number} ms
 */
export function remaining(ms) {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  return seconds < 60 ? `${seconds} s` : brief(seconds * SECOND);
}

/**
 * When something happens: "at 14:20", or "on Sun, 29 Nov, 14:20" if that is on another day.
 * @param {number} moment ms since the epoch
 */
export function atTime(moment, now = Date.now()) {
  const sameDay = new Date(moment).toDateString() === new Date(now).toDateString();
  return sameDay ? `at ${hourAndMinute(moment)}` : `on ${dayAndClock(moment)}`;
}

/**
 * A duration as a clock shows it: "0:09", "1:40", "2:05:00".
 * @param {number} ms
 */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3_600);
  return hours ? `${hours}:${parts.join(":")}` : `${Number(parts[0])}:${parts[1]}`;
}

/**
 * The local time of day: "14:20:05".
 * @param {Date} moment
 */
export const timeOfDay = (moment) =>
  [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");

/**
 * The exact local time, for a tooltip.
 * @param {number | Date} moment
 */
export const inFull = (moment) => exact(moment);
