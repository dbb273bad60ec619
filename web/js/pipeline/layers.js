/** Stages in layers, each after all that it depends on, ordered so that few edges cross. Pure. */

import { upstream } from "./stages.js";

/** @import { Pipeline } from "../api.d.ts" */

/**
 * @typedef {object} GraphNode
 * @property {string | null} name null for a placeholder, which an edge passes through
 * @property {number} layer
 * @property {number} order in its layer
 * @property {GraphNode[]} before
 * @property {GraphNode[]} after
 * @property {number} main its start along the flow
 * @property {number} end its end along the flow, its gate included
 * @property {number} cross its centre across the flow
 * @property {number} half half its extent across the flow
 */

/**
 * The layers (`rows`) of a pipeline, each a list of nodes in their order across the flow; and its edges (`chains`),
 * each a list of the nodes that it passes. An edge that a longer path implies is left out.
 * @param {Pipeline} pipeline
 */
export function layered(pipeline) {
  const before = reduced(upstream(pipeline));
  const rank = ranks(before);
  /** @type {GraphNode[][]} */
  const rows = [];
  /** @type {Map<string, GraphNode>} */
  const nodes = new Map();
  /**
   * @param {string | null} name
   * @param {number} layer
   */
  const addNode = (name, layer) => {
    /** @type {GraphNode} */
    const node = { name, layer, order: 0, before: [], after: [], main: 0, end: 0, cross: 0, half: 0 };
    (rows[layer] ??= []).push(node);
    return node;
  };
  for (const { name } of pipeline.stages) nodes.set(name, addNode(name, rank.get(name) ?? 0));
  /** @type {GraphNode[][]} */
  const chains = [];
  for (const [name, sources] of before) {
    for (const source of sources) {
      const [from, to] = [nodes.get(source), nodes.get(name)];
      if (!from || !to) continue;
      const chain = [from];
      for (let layer = from.layer + 1; layer < to.layer; layer += 1) chain.push(addNode(null, layer));
      chain.push(to);
      for (let i = 1; i < chain.length; i += 1) {
        chain[i].before.push(chain[i - 1]);
        chain[i - 1].after.push(chain[i]);
      }
      chains.push(chain);
    }
  }
  arrange(rows);
  return { rows, chains, nodes };
}

/**
 * The edges without those that a longer path between the same two stages implies.
 * @param {Map<string, string[]>} before
 */
function reduced(before) {
  /** @type {Map<string, Set<string>>} */
  const above = new Map();
  /** @type {(name: string) => Set<string>} */
  const ancestors = (name) => {
    const known = above.get(name);
    if (known) return known;
    above.set(name, new Set()); // so that even a cycle ends
    /** @type {Set<string>} */
    const found = new Set((before.get(name) ?? []).flatMap((source) => [source, ...ancestors(source)]));
    above.set(name, found);
    return found;
  };
  return new Map([...before].map(([name, sources]) => [
    name,
    sources.filter((source) => !sources.some((other) => other !== source && ancestors(other).has(source))),
  ]));
}

/** @param {Map<string, string[]>} before */
function ranks(before) {
  /** @type {Map<string, number>} */
  const rank = new Map();
  /** @type {(name: string) => number} */
  const of = (name) => {
    const known = rank.get(name);
    if (known !== undefined) return known;
    rank.set(name, 0);
    const found = Math.max(-1, ...(before.get(name) ?? []).map(of)) + 1;
    rank.set(name, found);
    return found;
  };
  for (const name of before.keys()) of(name);
  return rank;
}

/**
 * Order each layer by the mean order of its neighbours, in alternating directions, and keep the order with the fewest
 * crossings.
 * @param {GraphNode[][]} rows
 */
function arrange(rows) {
  const setOrders = () =>
    rows.forEach((row) =>
      row.forEach((node, order) => {
        node.order = order;
      })
    );
  setOrders();
  let best = rows.map((row) => [...row]);
  let fewest = crossings(rows);
  for (let sweep = 0; sweep < 6 && fewest > 0; sweep += 1) {
    const forward = sweep % 2 === 0;
    for (const row of forward ? rows : [...rows].reverse()) {
      const place = new Map(row.map((node) => [node, mean(forward ? node.before : node.after, node.order)]));
      row.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0) || a.order - b.order);
      row.forEach((node, order) => {
        node.order = order;
      });
    }
    const now = crossings(rows);
    if (now < fewest) {
      fewest = now;
      best = rows.map((row) => [...row]);
    }
  }
  best.forEach((row, layer) => {
    rows[layer] = row;
  });
  setOrders();
}

/**
 * @param {GraphNode[]} nodes
 * @param {number} otherwise
 */
const mean = (
  nodes,
  otherwise,
) => (nodes.length ? nodes.reduce((sum, { order }) => sum + order, 0) / nodes.length : otherwise);

/** @param {GraphNode[][]} rows */
function crossings(rows) {
  let found = 0;
  for (const row of rows) {
    const ends = row.flatMap((node) => node.after.map((other) => other.order).sort((a, b) => a - b));
    for (let i = 0; i < ends.length; i += 1) for (let j = 0; j < i; j += 1) if (ends[j] > ends[i]) found += 1;
  }
  return found;
}
