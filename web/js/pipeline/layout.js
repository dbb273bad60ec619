/** The layout of a pipeline's drawing. Pure: a pipeline and a width in, pixels out. */

import { layered } from "./layers.js";
import { reworkLane, spread, stack, sum } from "./placement.js";

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

/**
 * The sizes if the flow runs across the page (`main` is x), or down if there is little room: of a stage (`min`, `max`),
 * of the gap between layers (`minGap`, `maxGap`), and of the space between stages, between lanes, and beside a lane.
 */
const ACROSS = { min: 124, max: 188, minGap: 30, maxGap: 76, apart: 20, lane: 26, clear: 16 };
const DOWN = { min: 100, max: 240, minGap: 26, maxGap: 26, apart: 14, lane: 70, clear: 14 };
export const NARROW = 600; // px; the flow runs down if there is less room

/**
 * The places of the boxes and gates (their centres) by stage; the SVG paths of stems (from stages to their gates), of
 * edges and of reworks, with their arrow heads (`head`). `gated` holds the names of the stages that have a gate, `room`
 * is the available width.
 * @param {Pipeline} pipeline
 * @param {{ gated?: Set<string>, room?: number }} [options]
 */
export function layout(pipeline, { gated = new Set(), room = 1_000 } = {}) {
  const { rows, chains, nodes } = layered(pipeline);
  const down = room < NARROW;
  const sizes = down ? DOWN : ACROSS;
  const reworks = pipeline.stages.flatMap(({ name, rework }) => {
    const [from, to] = [nodes.get(name), rework && nodes.get(rework.to)];
    return rework && from && to ? [{ from, to, rework }] : [];
  });
  const available = room - 2 * MARGIN;
  const lengths = rows.map((row) => (row.some((node) => gated.has(node.name ?? "")) ? GATE_GAP + 2 * GATE : 0));
  const side = down
    ? clamp(
      (available - (reworks.length ? sizes.lane : 0) + sizes.apart) / mostNodes(rows) - sizes.apart,
      sizes.min,
      sizes.max,
    )
    : clamp((available - sum(lengths) - (rows.length - 1) * sizes.minGap * 1.4) / rows.length, sizes.min, sizes.max);
  const [main, cross] = down ? [BOX, side] : [side, BOX];
  const gap = rows.length < 2
    ? 0
    : clamp((available - sum(lengths) - rows.length * main) / (rows.length - 1), sizes.minGap, sizes.maxGap);

  let at = 0;
  rows.forEach((row, layer) => {
    for (const node of row) {
      Object.assign(node, { main: at, end: at + main + lengths[layer], half: (node.name ? cross : 8) / 2 });
    }
    at += main + lengths[layer] + gap;
  });
  spread(rows, sizes.apart);
  const lanes = reworks.map(({ from, to, rework }) => reworkLane(from, to, rework, rows));
  stack(lanes, sizes);

  const all = rows.flat();
  const beyond = down ? sizes.lane - sizes.clear : 10; // the room for a lane's label
  const before = down ? beyond : sizes.lane / 2; // the same on the other side
  const lowest = Math.min(...all.map((node) => node.cross - node.half), ...lanes.map(({ cross }) => cross - before));
  const highest = Math.max(...all.map((node) => node.cross + node.half), ...lanes.map(({ cross }) => cross + beyond));
  const length = at - gap + 2 * MARGIN;
  const breadth = highest - lowest + 2 * MARGIN;
  /**
   * @param {number} m
   * @param {number} c
   * @returns {Point}
   */
  const point = (m, c) => (down ? [c - lowest + MARGIN, m + MARGIN] : [m + MARGIN, c - lowest + MARGIN]);
  /** @param {Point} point */
  const pointText = ([m, c]) => point(m, c).map(round).join(" ");
  /** @param {Path} parts */
  const draw = (parts) => parts.map(([letter, ...points]) => letter + points.map(pointText).join(" ")).join("");

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
  const lineStart = (node) => node.main + main + (gated.has(node.name ?? "") ? GATE_GAP + 2 * GATE : 0);
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
      return { from: from.name, to: to.name, path: draw(curve(chain, lineStart)), head: draw(edgeHead(to)) };
    }),
    reworks: lanes.map((lane) => {
      const [x, y] = point((lane.from.main + lane.to.main + main) / 2, lane.cross);
      return {
        from: lane.from.name,
        to: lane.to.name,
        rounds: lane.rounds,
        label: { x, y, side: lane.side },
        path: draw(loop(lane, main)),
        head: draw(reworkHead(lane, main)),
      };
    }),
  };
}

/** The nodes of the largest layer; a placeholder counts as a fifth. @param {GraphNode[][]} rows */
const mostNodes = (rows) => Math.max(...rows.map((row) => sum(row.map((node) => (node.name ? 1 : 0.2)))));
/**
 * @param {number} value
 * @param {number} min
 * @param {number} max
 */
const clamp = (value, min, max) => Math.min(max, Math.max(min, value));
/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/**
 * An edge through all nodes of its chain; `lineStart(node)` is the start of a line after a stage.
 * @param {GraphNode[]} chain
 * @param {(node: GraphNode) => number} lineStart
 */
function curve(chain, lineStart) {
  /** @type {Path} */
  const parts = [["M", [lineStart(chain[0]), chain[0].cross]]];
  if (lineStart(chain[0]) < chain[0].end) parts.push(["L", [chain[0].end, chain[0].cross]]);
  for (let i = 1; i < chain.length; i += 1) {
    const [a, b] = [chain[i - 1], chain[i]];
    const middle = (a.end + b.main) / 2;
    parts.push(["C", [middle, a.cross], [middle, b.cross], [b.main, b.cross]]);
    if (!b.name) parts.push(["L", [b.end, b.cross]]);
  }
  return parts;
}

/**
 * The line of a rework, from the side of one stage back to the side of another; `main` is the length of a stage.
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

const [HEAD, HALF] = [7, 4]; // the length of an arrow head, and half its width

/**
 * The arrow head of an edge that ends at a node.
 * @param {GraphNode} node
 * @returns {Path}
 */
const edgeHead = ({ main, cross }) => [
  ["M", [main, cross]],
  ["L", [main - HEAD, cross - HALF]],
  ["L", [main - HEAD, cross + HALF]],
  ["Z"],
];

/**
 * The arrow head of a rework's line.
 * @param {Lane} lane
 * @param {number} main
 * @returns {Path}
 */
function reworkHead({ to, side }, main) {
  const [m, c] = [to.main + 0.38 * main, to.cross + side * to.half];
  return [["M", [m, c]], ["L", [m - HALF, c + side * HEAD]], ["L", [m + HALF, c + side * HEAD]], ["Z"]];
}
