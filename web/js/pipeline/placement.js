/** Places the nodes of each layer, and the lines of the reworks, across the flow. Pure. */

/** @import { Rework } from "../api.d.ts" */
/** @import { GraphNode } from "./layers.js" */

/**
 * The line of a rework.
 * @typedef {object} Lane
 * @property {GraphNode} from
 * @property {GraphNode} to
 * @property {number} side -1 or 1
 * @property {number} edge how far out the nodes beside it reach
 * @property {number} rounds
 * @property {number} reach how far out it is
 * @property {number} cross
 */

/**
 * Place each node as near to the middle of its neighbours as its layer allows, in several passes, forward and back.
 * @param {GraphNode[][]} rows
 * @param {number} apart
 */
export function spread(rows, apart) {
  for (const row of rows) {
    row.forEach((node) => {
      node.cross = 0;
    });
  }
  for (let sweep = 0; sweep < 9; sweep += 1) {
    const forward = sweep % 2 === 0;
    for (const row of forward ? rows : [...rows].reverse()) {
      const wanted = row.map((node) => {
        const others = forward ? node.before : node.after;
        return others.length ? sum(others.map(({ cross }) => cross)) / others.length : node.cross;
      });
      placeRow(row, wanted, apart);
    }
  }
}

/**
 * Place the nodes as near to the wanted places as their order and distances allow (isotonic regression).
 * @param {GraphNode[]} row
 * @param {number[]} wanted
 * @param {number} apart
 */
function placeRow(row, wanted, apart) {
  /** @type {number[]} */
  const offsets = [];
  row.forEach((node, i) => offsets.push(i ? offsets[i - 1] + row[i - 1].half + apart + node.half : 0));
  /** @type {{ total: number, count: number }[]} */
  const blocks = [];
  wanted.forEach((place, i) => {
    let block = { total: place - offsets[i], count: 1 };
    for (let last = blocks.at(-1); last && last.total / last.count > block.total / block.count; last = blocks.at(-1)) {
      blocks.pop();
      block = { total: last.total + block.total, count: last.count + block.count };
    }
    blocks.push(block);
  });
  let i = 0;
  for (const { total, count } of blocks) {
    for (const until = i + count; i < until; i += 1) row[i].cross = total / count + offsets[i];
  }
}

/**
 * The line of a rework, on the side with fewer nodes in its way.
 * @param {GraphNode} from
 * @param {GraphNode} to
 * @param {Rework} rework
 * @param {GraphNode[][]} rows
 */
export function reworkLane(from, to, rework, rows) {
  /**
   * @param {GraphNode} graphNode
   * @param {number} side
   */
  const after = ({ layer, order }, side) => rows[layer].filter((node) => (node.order - order) * side > 0).length;
  /** @param {number} side */
  const beyond = (side) => after(from, side) + after(to, side);
  const side = beyond(-1) < beyond(1) ? -1 : 1;
  const between = rows.slice(to.layer, from.layer + 1).flat();
  const edge = Math.max(...between.map((node) => side * node.cross + node.half));
  return { from, to, side, edge, rounds: rework.max_rounds, reach: 0, cross: 0 };
}

/**
 * Place lanes that overlap on the same side next to each other, the shortest innermost.
 * @param {Lane[]} lanes
 * @param {{ clear: number, lane: number }} sizes
 */
export function stack(lanes, sizes) {
  /** @type {Lane[]} */
  const placed = [];
  const shortestFirst = [...lanes].sort((a, b) => (a.from.main - a.to.main) - (b.from.main - b.to.main));
  for (const lane of shortestFirst) {
    /** @param {Lane} other */
    const isApart = (other) =>
      other.side !== lane.side || other.to.main > lane.from.main || lane.to.main > other.from.main;
    const overlapping = placed.filter((other) => !isApart(other));
    lane.reach = Math.max(lane.edge + sizes.clear, ...overlapping.map((other) => other.reach + sizes.lane));
    lane.cross = lane.side * lane.reach;
    placed.push(lane);
  }
}

/** @param {number[]} numbers */
export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
