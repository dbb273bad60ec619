/** The layout of a pipeline's drawing. Pure: a pipeline and a width in, pixels out. */

import { layered } from "./layers.js";
import { lane, spread, stack } from "./placement.js";

/** @import { Pipeline } from "../api.d.ts" */
/** @import { GraphNode } from "./layers.js" */
/** @import { Lane } from "./placement.js" */

/** @typedef {[main: number, cross: number]} Point */
/** @typedef {[letter: string, ...points: Point[]][]} Path */
/** @typedef {ReturnType<typeof layout>} Layout */

const GATE = 12; // half of a gate's diagonal
const GATE_GAP = 10; // from a stage to its gate
const MARGIN = 4; // for focus rings and strokes
const BOX = 52; // a stage's height

/** The flow runs across the page (`main` is x), or down where there is little room. */
const ACROSS = { least: 124, most: 188, gap: 30, widest: 76, apart: 20, lane: 26, clear: 16 };
const DOWN = { least: 100, most: 240, gap: 26, widest: 26, apart: 14, lane: 70, clear: 14 };
export const NARROW = 600; // px; less room than that, and the flow runs down

/**
 * `{width, height, down, boxes, gates, stems, edges, reworks}`: boxes by stage `{x, y, width, height}`, gates by stage
 * `{x, y, size}` (the middle), stems (paths from stages to their gates), edges `{from, to, path, head}` and reworks
 * `{from, to, rounds, path, head, label: {x, y, side}}` with SVG paths, `head` an arrow's. `gated` holds the names of the
 * stages that have a gate after them, `room` is the width that there is.
 * @param {Pipeline} pipeline
 * @param {{ gated?: Set<string>, room?: number }} [options]
 */
export function layout(pipeline, { gated = new Set(), room = 1_000 } = {}) {
  const { rows, chains, nodes } = layered(pipeline);
  const down = room < NARROW;
  const form = down ? DOWN : ACROSS;
  const reworks = pipeline.stages.flatMap(({ name, rework }) => {
    const [from, to] = [nodes.get(name), rework && nodes.get(rework.to)];
    return rework && from && to ? [{ from, to, rework }] : [];
  });
  const spare = room - 2 * MARGIN;
  const lengths = rows.map((row) => (row.some((node) => gated.has(node.name ?? "")) ? GATE_GAP + 2 * GATE : 0));
  const side = down
    ? clamp((spare - (reworks.length ? form.lane : 0) + form.apart) / widest(rows) - form.apart, form.least, form.most)
    : clamp((spare - sum(lengths) - (rows.length - 1) * form.gap * 1.4) / rows.length, form.least, form.most);
  const [main, cross] = down ? [BOX, side] : [side, BOX];
  const gap = rows.length < 2
    ? 0
    : clamp((spare - sum(lengths) - rows.length * main) / (rows.length - 1), form.gap, form.widest);

  let at = 0;
  rows.forEach((row, layer) => {
    for (const node of row) {
      Object.assign(node, { main: at, end: at + main + lengths[layer], half: (node.name ? cross : 8) / 2 });
    }
    at += main + lengths[layer] + gap;
  });
  spread(rows, form.apart);
  const lanes = reworks.map(({ from, to, rework }) => lane(from, to, rework, rows));
  stack(lanes, form);

  const all = rows.flat();
  const beyond = down ? form.lane - form.clear : 10; // what a lane's label takes
  const before = down ? beyond : form.lane / 2; // the same on the other side
  const lowest = Math.min(...all.map((one) => one.cross - one.half), ...lanes.map((one) => one.cross - before));
  const highest = Math.max(...all.map((one) => one.cross + one.half), ...lanes.map((one) => one.cross + beyond));
  const length = at - gap + 2 * MARGIN;
  const breadth = highest - lowest + 2 * MARGIN;
  /**
   * @param {number} m
   * @param {number} c
   * @returns {Point}
   */
  const point = (m, c) => (down ? [c - lowest + MARGIN, m + MARGIN] : [m + MARGIN, c - lowest + MARGIN]);
  /** @param {Point} point */
  const written = ([m, c]) => point(m, c).map(round).join(" ");
  /** @param {Path} parts */
  const draw = (parts) => parts.map(([letter, ...points]) => letter + points.map(written).join(" ")).join("");

  /** @type {Map<string, Record<"x" | "y" | "width" | "height", number>>} */
  const boxes = new Map();
  /** @type {Map<string, { x: number, y: number, size: number }>} */
  const gates = new Map();
  for (const [name, node] of nodes) {
    const [x, y] = point(node.main, node.cross - cross / 2);
    boxes.set(name, { x, y, width: down ? cross : main, height: BOX });
    if (gated.has(name)) {
      const [gx, gy] = point(node.main + main + GATE_GAP + GATE, node.cross);
      gates.set(name, { x: gx, y: gy, size: GATE });
    }
  }
  /** @param {GraphNode} node */
  const leaves = (node) => node.main + main + (gated.has(node.name ?? "") ? GATE_GAP + 2 * GATE : 0);
  return {
    down,
    boxes,
    gates,
    width: Math.ceil(down ? breadth : length),
    height: Math.ceil(down ? length : breadth),
    stems: [...nodes].filter(([name]) => gates.has(name)).map(([, node]) =>
      draw([["M", [node.main + main, node.cross]], ["L", [node.main + main + GATE_GAP, node.cross]]])
    ),
    edges: chains.map((chain) => {
      const [from, to] = [chain[0], chain[chain.length - 1]];
      return { from: from.name, to: to.name, path: draw(curve(chain, leaves)), head: draw(forward(to)) };
    }),
    reworks: lanes.map((one) => {
      const [x, y] = point((one.from.main + one.to.main + main) / 2, one.cross);
      return {
        from: one.from.name,
        to: one.to.name,
        rounds: one.rounds,
        label: { x, y, side: one.side },
        path: draw(loop(one, main)),
        head: draw(back(one, main)),
      };
    }),
  };
}

/** @param {GraphNode[][]} rows */
const widest = (rows) => Math.max(...rows.map((row) => sum(row.map((node) => (node.name ? 1 : 0.2)))));
/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/**
 * An edge through all nodes of its chain; `leaves(node)` is where a line begins after a stage.
 * @param {GraphNode[]} chain
 * @param {(node: GraphNode) => number} leaves
 */
function curve(chain, leaves) {
  /** @type {Path} */
  const parts = [["M", [leaves(chain[0]), chain[0].cross]]];
  if (leaves(chain[0]) < chain[0].end) parts.push(["L", [chain[0].end, chain[0].cross]]);
  for (let i = 1; i < chain.length; i += 1) {
    const [a, b] = [chain[i - 1], chain[i]];
    const middle = (a.end + b.main) / 2;
    parts.push(["C", [middle, a.cross], [middle, b.cross], [b.main, b.cross]]);
    if (!b.name) parts.push(["L", [b.end, b.cross]]);
  }
  return parts;
}

/**
 * The way back of a rework, from one stage's side round to the other's; `main` is how long a stage is.
 * @param {Lane} lane
 * @param {number} main
 * @returns {Path}
 */
function loop({ from, to, side, cross }, main) {
  const bend = 8;
  const [start, end] = [from.main + 0.62 * main, to.main + 0.38 * main];
  return [
    ["M", [start, from.cross + side * from.half]],
    ["L", [start, cross - side * bend]],
    ["Q", [start, cross], [start - bend, cross]],
    ["L", [end + bend, cross]],
    ["Q", [end, cross], [end, cross - side * bend]],
    ["L", [end, to.cross + side * to.half]],
  ];
}

const [LONG, WIDE] = [7, 4]; // an arrow's head, and half its width

/**
 * The head of an edge that ends at this node.
 * @param {GraphNode} node
 * @returns {Path}
 */
const forward = (
  { main, cross },
) => [["M", [main, cross]], ["L", [main - LONG, cross - WIDE]], ["L", [main - LONG, cross + WIDE]], ["Z"]];

/**
 * The head of a way back.
 * @param {Lane} lane
 * @param {number} main
 * @returns {Path}
 */
function back({ to, side }, main) {
  const [m, c] = [to.main + 0.38 * main, to.cross + side * to.half];
  return [["M", [m, c]], ["L", [m - WIDE, c + side * LONG]], ["L", [m + WIDE, c + side * LONG]], ["Z"]];
}
