/** The timeline's SVG: the axis, the rows, the bars. It draws what timeline-scale.js and timeline-rows.js have placed. */

import { each, svg, write } from "../dom.js";
import { span } from "../time.js";
import { status } from "../words.js";
import { sentence } from "./timeline-card.js";
import { ticks } from "./timeline-scale.js";

export const HEAD = 26; // px above the rows, for the times
const FOOT = 22; // px below them, for how long each stretch is
const LETTER = 6.2; // px that a letter of a label takes, about
const GATE = 5; // half of a gate's diagonal

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const clocks = [{}, { second: "2-digit" }, { second: "2-digit", fractionalSecondDigits: 3 }].map((more) =>
  new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more }));

/** The parts that are drawn into; `picture` is the whole. */
export function canvas(id) {
  const [grid, bars, now] = ["grid", "bars", "now"].map((name) => svg("g", { class: name }));
  const hatch = svg("pattern", { id: `${id}-hatch`, width: "6", height: "6", patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: "6", height: "6", class: "hatch-ground" }), svg("rect", { width: "2", height: "6", class: "hatch-line" }));
  for (const part of [grid, now]) part.setAttribute("aria-hidden", "true");
  return { id, grid, bars, now, picture: svg("svg", { role: "group", "aria-label": "Tasks over time" }, svg("defs", {}, hatch), grid, now, bars) };
}

export function drawAxis({ grid, now, picture }, scale, rows, ended) {
  const height = rows.length ? rows.at(-1).top + rows.at(-1).height : 0;
  attributes(picture, { width: scale.width + 14, height: HEAD + height + (scale.compressed ? FOOT : 2) });
  const lines = rows.map((row) => svg("path", { class: "lane-line", d: `M0 ${HEAD + row.top + row.height + 0.5}H${scale.width + 14}` }));
  const marks = ticks(scale, scale.to - scale.from < 10_000 ? 110 : 96);
  const finest = marks.slice(1).reduce((least, one, i) => Math.min(least, one.moment - marks[i].moment), scale.to - scale.from);
  grid.replaceChildren(...lines, ...marks.flatMap(({ moment, x }, i) => [
    svg("path", { class: "tick", d: `M${round(x) + 0.5} ${HEAD - 6}V${HEAD + height}` }),
    svg("text", { class: "time", x: String(round(x) + 3), y: "12" }, clock(moment, marks[i - 1]?.moment, finest)),
  ]), ...(scale.compressed ? scale.stretches.flatMap((one) => stretch(one, HEAD + height)) : []));
  const x = round(scale.width);
  now.replaceChildren(...(ended ? [] : [svg("path", { d: `M${x} ${HEAD - 8}V${HEAD + height}` }), svg("text", { x: String(x + 10), y: "12" }, "now")]));
}

/** How long a stretch of the compressed axis is, where there is room to say so; a squeezed one is drawn broken. */
function stretch({ from, to, x, width, squeezed }, y) {
  const parts = [svg("path", { class: squeezed ? "stretch squeezed" : "stretch", d: `M${round(x + 1)} ${y + 4.5}H${round(x + width - 1)}` })];
  const text = span(to - from);
  if (width > text.length * LETTER + 10) parts.push(svg("text", { class: "length", x: String(round(x + width / 2)), y: String(y + 15) }, text));
  return width < 3 ? [] : parts;
}

function clock(moment, before, finest) {
  const text = clocks[finest < 1_000 ? 2 : finest < 60_000 ? 1 : 0].format(moment);
  const date = day.format(moment);
  return date === day.format(before ?? Date.now()) ? text : `${date}, ${text}`;
}

/** Draw the bars; `chosen` is the selected task, `focus` the one that Tab leads to. */
export function drawBars({ id, bars }, rows, { chosen, focus }) {
  const all = rows.flatMap((row) => row.bars).sort((a, b) => a.span.from - b.span.from);
  each(bars, all, (bar) => bar.span.task.task_id, (bar) => made(bar, id), (group, bar) => {
    const { task } = bar.span;
    if (group.dataset.status !== task.status || bar.span.open) group.setAttribute("aria-label", sentence(bar.span));
    const tone = task.status === "completed" && task.verdict === "failed" ? "bad" : status("task", task.status).tone;
    set(group.dataset, "status", task.status);
    set(group.dataset, "tone", tone);
    set(group.dataset, "stale", String(task.status === "completed" && !task.accepted));
    attributes(group, { tabindex: task.task_id === focus ? 0 : -1, "aria-pressed": String(task.task_id === chosen) });
    if (bar.span.request && group.childElementCount === 2) group.firstElementChild.after(...gate(id));
    place(group, bar);
  });
  return all;
}

function made({ span: { task } }, id) {
  return svg("g", { class: "task-bar", role: "button", "data-task": task.task_id }, svg("rect", { class: "work", rx: "3" }), svg("text", {}));
}

/** Most tasks are never asked about, and go without these. */
const gate = (id) => [svg("rect", { class: "wait", rx: "3", fill: `url(#${id}-hatch)` }), svg("path", { class: "asked" }), svg("path", { class: "decided" })];

function place(group, { span: one, x, width, worked, top, height, free }) {
  const y = HEAD + top;
  // A pixel short, so that two bars of a lane that touch are two.
  attributes(group.firstElementChild, { x: round(x), y, width: round(width - 1), height });
  label(group.lastElementChild, one.task, { x, width, y: y + height / 2, height, free });
  if (!one.request) return;
  const [, wait, asked, decided] = group.children;
  const waits = Math.max(0, x + width - worked);
  const over = one.request.status !== "pending";
  attributes(wait, { x: round(x + width - waits), y, width: round(waits && Math.max(1, waits - 1)), height });
  attributes(asked, { d: over && waits < 2 * GATE ? "" : diamond(x + width - waits, y + height / 2) });
  attributes(decided, { d: over ? diamond(x + width, y + height / 2) : "" });
  if (over) set(decided.dataset, "tone", status("hitl", one.request.status).tone);
}

/** The stage's name in its bar, behind it, or shortened in it: wherever there is room. */
function label(text, { stage, round: times }, { x, width, y, height, free }) {
  const whole = times > 1 ? `${stage} · ${times}` : stage;
  const needs = whole.length * LETTER + 12;
  const inside = width >= needs;
  const behind = !inside && free >= width + needs + GATE;
  const letters = Math.floor((width - 14) / LETTER);
  const fits = height >= 16 && (inside || behind || letters >= 3);
  write(text, fits ? (inside || behind ? whole : `${whole.slice(0, letters - 1)}…`) : "");
  attributes(text, { x: round(behind ? x + width + GATE + 3 : x + 7), y, class: behind ? "behind" : "" });
}

const diamond = (x, y) => `M${round(x - GATE)} ${y}L${round(x)} ${y - GATE}L${round(x + GATE)} ${y}L${round(x)} ${y + GATE}Z`;
const round = (value) => Math.round(value * 10) / 10;

function set(dataset, name, value) {
  if (dataset[name] !== value) dataset[name] = value;
}

/** Write only what differs: most of a drawing stays as it is from second to second. */
function attributes(element, values) {
  for (const [name, value] of Object.entries(values)) if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}
