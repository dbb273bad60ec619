/** The timeline's axis: times, the lengths of stretches, and the current time. */

import { h, svg } from "../dom.js";
import { dateFormat, duration } from "../time.js";
import { ticks } from "./scale.js";

/** @import { Drawing } from "./bars.js" */
/** @import { Row } from "./rows.js" */
/** @import { Scale, Stretch } from "./scale.js" */

const FOOT = 22; // px below the rows, for the lengths of stretches
const OVERHANG = 14; // px by which the lines extend beyond the end
const APART = { short: 96, long: 112 }; // px from one time to the next

const day = dateFormat({ day: "numeric", month: "short" });
/** @type {Intl.DateTimeFormatOptions[]} */
const PRECISIONS = [{}, { second: "2-digit" }, { second: "2-digit", fractionalSecondDigits: 3 }];
const clocks = PRECISIONS.map((more) => dateFormat({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more }));

/**
 * Draw the axis for these rows; if the project has `ended`, there is no line for the current time.
 * @param {Drawing} drawing
 * @param {Scale} scale
 * @param {Row[]} rows
 * @param {boolean} ended
 */
export function drawAxis({ grid, now, picture }, scale, rows, ended) {
  const bottom = HEAD + (rows.length ? rows[rows.length - 1].top + rows[rows.length - 1].height : 0);
  const end = round(scale.width);
  attributes(picture, { width: scale.width + OVERHANG, height: bottom + (scale.compressed ? FOOT : 2) });
  grid.replaceChildren(
    ...rows.map(({ top, height }) => line("lane-line", `M0 ${HEAD + top + height + 0.5}H${scale.width + OVERHANG}`)),
    ...times(scale, bottom),
    ...(scale.compressed ? scale.stretches.flatMap((part) => stretch(part, bottom)) : []),
  );
  now.replaceChildren(...(ended ? [] : [line("", `M${end} ${HEAD - 8}V${bottom}`), text("", end + 10, 12, "now")]));
}

/**
 * The agents' names beside their rows.
 * @param {Row[]} rows
 */
export const rowNames = (rows) =>
  rows.map(({ agent, top, height }) =>
    h("span", { class: "cut", style: { top: `${HEAD + top}px`, height: `${height}px` } }, agent)
  );

/**
 * @param {Scale} scale
 * @param {number} bottom
 */
function times(scale, bottom) {
  const marks = ticks(scale, scale.to - scale.from < 10_000 ? APART.long : APART.short);
  const steps = marks.slice(1).map((mark, i) => mark.moment - marks[i].moment);
  const finest = Math.min(scale.to - scale.from, ...steps);
  return marks.flatMap(({ moment, x }, i) => [
    line("tick", `M${round(x) + 0.5} ${HEAD - 6}V${bottom}`),
    text("time", round(x) + 3, 12, clock(moment, marks[i - 1]?.moment ?? Date.now(), finest)),
  ]);
}

/**
 * A time of day, as precise as the ticks are, and the date if it differs from the one before.
 * @param {number} moment
 * @param {number} before
 * @param {number} finest
 */
function clock(moment, before, finest) {
  const shown = clocks[finest < 1_000 ? 2 : finest < 60_000 ? 1 : 0](moment);
  const date = day(moment);
  return date === day(before) ? shown : `${date}, ${shown}`;
}

/**
 * The length of a stretch of the compressed axis, if there is room for it; a squeezed stretch is a broken line.
 * @param {Stretch} stretch
 * @param {number} y
 */
function stretch({ from, to, x, width, squeezed }, y) {
  if (width < 3) return [];
  const drawn = line(squeezed ? "stretch squeezed" : "stretch", `M${round(x + 1)} ${y + 4.5}H${round(x + width - 1)}`);
  const length = duration(to - from);
  const fits = width > length.length * LETTER + 10;
  return fits ? [drawn, text("length", round(x + width / 2), y + 15, length)] : [drawn];
}

/**
 * @param {string} name
 * @param {string} d
 */
const line = (name, d) => svg("path", { class: name, d });
/**
 * @param {string} name
 * @param {number} x
 * @param {number} y
 * @param {string} content
 */
const text = (name, x, y, content) => svg("text", { class: name, x: String(x), y: String(y) }, content);

export const HEAD = 26; // px above the rows, for the times
export const LETTER = 6.2; // px; the approximate width of a letter of a label

/** @param {number} value */
export const round = (value) => Math.round(value * 10) / 10;

/**
 * Set the attributes that differ: from one second to the next, most of a drawing stays the same.
 * @param {Element} element
 * @param {Record<string, string | number>} values
 */
export function attributes(element, values) {
  for (const [name, value] of Object.entries(values)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
}
