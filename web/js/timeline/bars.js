/** The timeline's bars: one for each task, hatched while it waits for a human, with a diamond for its gate. */

import { childrenOf, each, svg, write } from "../dom.js";
import { status } from "../labels.js";
import { attributes, HEAD, LETTER, round } from "./axis.js";
import { describeSpan } from "./card.js";

/** @import { TaskPublic } from "../api.d.ts" */
/** @import { Bar, Row } from "./rows.js" */

/** @typedef {ReturnType<typeof canvas>} Drawing */

const GATE = 5; // half of a gate's diagonal

/**
 * The groups of the drawing, and the `picture` that contains them.
 * @param {string} id
 */
export function canvas(id) {
  const [grid, bars, now] = ["grid", "bars", "now"].map((name) => svg("g", { class: name }));
  const hatch = svg(
    "pattern",
    { id: `${id}-hatch`, width: "6", height: "6", patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: "6", height: "6", class: "hatch-ground" }),
    svg("rect", { width: "2", height: "6", class: "hatch-line" }),
  );
  for (const part of [grid, now]) part.setAttribute("aria-hidden", "true");
  const properties = { role: "group", "aria-label": "Tasks over time" };
  return { id, grid, bars, now, picture: svg("svg", properties, svg("defs", {}, hatch), grid, now, bars) };
}

/**
 * Draw the bars, and return them in the order of time. `focus` is the task whose bar Tab reaches.
 * @param {Drawing} drawing
 * @param {Row[]} rows
 * @param {{ selected: string | null, focus: string | null }} options
 */
export function drawBars({ id, bars }, rows, { selected, focus }) {
  const all = rows.flatMap((row) => row.bars).sort((a, b) => a.span.from - b.span.from);
  each(bars, all, ({ span }) => span.task.task_id, barOf, (group, bar) => {
    const { task, request, open } = bar.span;
    if (group.dataset.status !== task.status || open) group.setAttribute("aria-label", describeSpan(bar.span));
    const failed = task.status === "completed" && task.verdict === "failed";
    set(group.dataset, "status", task.status);
    set(group.dataset, "tone", failed ? "bad" : status("task", task.status).tone);
    set(group.dataset, "stale", String(task.status === "completed" && !task.accepted));
    const { task_id: own } = task;
    attributes(group, { tabindex: own === focus ? 0 : -1, "aria-pressed": String(own === selected) });
    if (request && group.childElementCount === 2) childrenOf(group)[0].after(...gate(id));
    place(group, bar);
  });
  return all;
}

/** @param {Bar} bar */
const barOf = ({ span: { task } }) =>
  svg(
    "g",
    { class: "task-bar", role: "button", "data-task": task.task_id },
    svg("rect", { class: "work", rx: "3" }),
    svg("text"),
  );

/**
 * The parts of a bar for its gate. Most tasks have no request, and so none of these.
 * @param {string} id
 */
const gate = (id) => [
  svg("rect", { class: "wait", rx: "3", fill: `url(#${id}-hatch)` }),
  svg("path", { class: "asked" }),
  svg("path", { class: "decided" }),
];

/**
 * @param {SVGElement} group
 * @param {Bar} bar
 */
function place(group, { span: { task, request }, x, width, worked, top, height, free }) {
  const y = HEAD + top;
  const middle = y + height / 2;
  // A pixel shorter, so that bars that follow each other in a lane do not touch.
  const children = childrenOf(group);
  attributes(children[0], { x: round(x), y, width: round(width - 1), height });
  label(children[children.length - 1], task, { x, width, worked, y: middle, height, free });
  if (!request) return;
  const [, wait, asked, decided] = children;
  const waitWidth = Math.max(0, x + width - worked);
  const closed = request.status !== "pending";
  const gateX = x + width - waitWidth;
  attributes(wait, { x: round(gateX), y, width: round(waitWidth && Math.max(1, waitWidth - 1)), height });
  attributes(asked, { d: closed && waitWidth < 2 * GATE ? "" : diamond(gateX, middle) });
  attributes(decided, { d: closed ? diamond(x + width, middle) : "" });
  if (closed) set(decided.dataset, "tone", status("hitl", request.status).tone);
}

/**
 * The stage's name: in the part of the bar for the agent's work, in the part for the wait, behind the bar, or shortened.
 * @param {Element} text
 * @param {TaskPublic} task
 * @param {Pick<Bar, "x" | "width" | "worked" | "height" | "free"> & { y: number }} options
 */
function label(text, { stage, round: times }, { x, width, worked, y, height, free }) {
  const whole = times > 1 ? `${stage} · ${times}` : stage;
  const needed = whole.length * LETTER + 12;
  const places = [
    { from: x, room: worked - x },
    { from: worked + GATE, room: x + width - worked - 2 * GATE },
    { from: x + width + GATE, room: free - width - GATE, behind: true },
  ];
  const largest = places[0].room > places[1].room ? places[0] : places[1];
  const { from, room, behind } = places.find(({ room }) => room >= needed) ?? largest;
  const letters = Math.floor((room - 14) / LETTER);
  const shown = room >= needed ? whole : letters >= 3 ? `${whole.slice(0, letters - 1)}…` : "";
  write(text, height >= 16 ? shown : "");
  attributes(text, { x: round(from + (behind ? 3 : 7)), y, class: behind ? "behind" : "" });
}

/**
 * @param {number} x
 * @param {number} y
 */
const diamond = (x, y) =>
  `M${round(x - GATE)} ${y}L${round(x)} ${y - GATE}L${round(x + GATE)} ${y}L${round(x)} ${y + GATE}Z`;

/**
 * @param {DOMStringMap} dataset
 * @param {string} name
 * @param {string} value
 */
function set(dataset, name, value) {
  if (dataset[name] !== value) dataset[name] = value;
}

/**
 * The bar that an event is about, or null.
 * @param {Event} event
 * @returns {SVGElement | null}
 */
export const findBar = ({ target }) => (target instanceof Element ? target.closest(".task-bar") : null);

/**
 * The bar of a task, or null.
 * @param {Drawing} drawing
 * @param {string} id
 * @returns {SVGElement | null}
 */
export const barOfTask = ({ bars }, id) => bars.querySelector(`[data-task="${CSS.escape(id)}"]`);
