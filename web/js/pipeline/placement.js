/** Where the nodes of each layer and the ways back of the reworks are placed across the flow. Pure. */

/** @import { Rework } from "../api.d.ts" */
/** @import { GraphNode } from "./layers.js" */

/**
 * The way back of a rework.
 * @typedef {object} Lane
 * @property {GraphNode} from
 * @property {GraphNode} to
 * @property {number} side -1 or 1
 * @property {number} edge how far the nodes beside it reach
 * @property {number} rounds
 * @property {number} reach how far out it is
 * @property {number} cross
 */

/**
 * Place each node as near to the middle of its neighbours as its layer allows, in several passes to and fro.
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
    const forth = sweep % 2 === 0;
    for (const row of forth ? rows : [...rows].reverse()) {
      const wished = row.map((node) => {
        const others = forth ? node.before : node.after;
        return others.length ? sum(others.map((one) => one.cross)) / others.length : node.cross;
      });
      settle(row, wished, apart);
    }
  }
}

/**
 * The places nearest to those wished for that keep the order and the distances (isotonic regression).
 * @param {GraphNode[]} row
 * @param {number[]} wished
 * @param {number} apart
 */
function settle(row, wished, apart) {
  /** @type {number[]} */
  const offsets = [];
  row.forEach((node, i) => offsets.push(i ? offsets[i - 1] + row[i - 1].half + apart + node.half : 0));
  /** @type {{ total: number, count: number }[]} */
  const blocks = [];
  wished.forEach((wish, i) => {
    let block = { total: wish - offsets[i], count: 1 };
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
 * The way back of a rework, on the side where fewer nodes are in its way.
 * @param {GraphNode} from
 * @param {GraphNode} to
 * @param {Rework} rework
 * @param {GraphNode[][]} rows
 */
export function lane(from, to, rework, rows) {
  /**
   * @param {GraphNode} graphNode
   * @param {number} side
   */
  const after = ({ layer, order }, side) => rows[layer].filter((one) => (one.order - order) * side > 0).length;
  /** @param {number} side */
  const beyond = (side) => after(from, side) + after(to, side);
  const side = beyond(-1) < beyond(1) ? -1 : 1;
  const between = rows.slice(to.layer, from.layer + 1).flat();
  const edge = Math.max(...between.map((node) => side * node.cross + node.half));
  return { from, to, side, edge, rounds: rework.max_rounds, reach: 0, cross: 0 };
}

/**
 * Lanes on the same side whose stretches meet lie beside each other, the shortest innermost.
 * @param {Lane[]} lanes
 * @param {{ clear: number, lane: number }} form
 */
export function stack(lanes, form) {
  /** @type {Lane[]} */
  const placed = [];
  for (const one of [...lanes].sort((a, b) => (a.from.main - a.to.main) - (b.from.main - b.to.main))) {
    /** @param {Lane} other */
    const apart = (other) => other.side !== one.side || other.to.main > one.from.main || one.to.main > other.from.main;
    const met = placed.filter((other) => !apart(other));
    one.reach = Math.max(one.edge + form.clear, ...met.map((other) => other.reach + form.lane));
    one.cross = one.side * one.reach;
    placed.push(one);
  }
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
