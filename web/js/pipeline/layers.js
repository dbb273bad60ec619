/** Stages in layers, each after all that it depends on, with as few crossing edges as are easily had. Pure. */

import { upstream } from "./stages.js";

/** @import { Pipeline } from "../api.d.ts" */

/**
 * @typedef {object} GraphNode
 * @property {string | null} name null for one that only keeps a place free for an edge that passes
 * @property {number} layer
 * @property {number} order in its layer
 * @property {GraphNode[]} before
 * @property {GraphNode[]} after
 * @property {number} main where it begins along the flow
 * @property {number} end where it ends along the flow, its gate included
 * @property {number} cross its middle across the flow
 * @property {number} half half its extent across the flow
 */

/**
 * `{rows, chains}`: `rows` are the layers, each a list of nodes `{name, layer, order}` in their order across the flow;
 * a node without a name only keeps a place free for an edge that passes. `chains` are the edges, each the list of
 * nodes that it runs through. An edge that a path through another stage implies is left out.
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
  const put = (name, layer) => {
    /** @type {GraphNode} */
    const node = { name, layer, order: 0, before: [], after: [], main: 0, end: 0, cross: 0, half: 0 };
    (rows[layer] ??= []).push(node);
    return node;
  };
  for (const { name } of pipeline.stages) nodes.set(name, put(name, rank.get(name) ?? 0));
  /** @type {GraphNode[][]} */
  const chains = [];
  for (const [name, sources] of before) {
    for (const source of sources) {
      const [from, to] = [nodes.get(source), nodes.get(name)];
      if (!from || !to) continue;
      const chain = [from];
      for (let layer = from.layer + 1; layer < to.layer; layer += 1) chain.push(put(null, layer));
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
 * The edges without those that a longer way between the same two stages makes superfluous.
 * @param {Map<string, string[]>} before
 */
function reduced(before) {
  /** @type {Map<string, Set<string>>} */
  const above = new Map();
  /** @type {(name: string) => Set<string>} */
  const ancestors = (name) => {
    const known = above.get(name);
    if (known) return known;
    above.set(name, new Set()); // until it is known, so that even a cycle ends
    /** @type {Set<string>} */
    const found = new Set((before.get(name) ?? []).flatMap((one) => [one, ...ancestors(one)]));
    above.set(name, found);
    return found;
  };
  return new Map([...before].map(([name, sources]) => [
    name,
    sources.filter((one) => !sources.some((other) => other !== one && ancestors(other).has(one))),
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
 * Order each layer by the mean place of its neighbours, forth and back, and keep the order that crosses least.
 * @param {GraphNode[][]} rows
 */
function arrange(rows) {
  const number = () =>
    rows.forEach((row) =>
      row.forEach((node, order) => {
        node.order = order;
      })
    );
  number();
  let best = rows.map((row) => [...row]);
  let least = crossings(rows);
  for (let sweep = 0; sweep < 6 && least > 0; sweep += 1) {
    const forth = sweep % 2 === 0;
    for (const row of forth ? rows : [...rows].reverse()) {
      const place = new Map(row.map((node) => [node, mean(forth ? node.before : node.after, node.order)]));
      row.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0) || a.order - b.order);
      row.forEach((node, order) => {
        node.order = order;
      });
    }
    const now = crossings(rows);
    if (now < least) {
      least = now;
      best = rows.map((row) => [...row]);
    }
  }
  best.forEach((row, layer) => {
    rows[layer] = row;
  });
  number();
}

/**
 * @param {GraphNode[]} nodes
 * @param {number} otherwise
 */
const mean = (
  nodes,
  otherwise,
) => (nodes.length ? nodes.reduce((sum, one) => sum + one.order, 0) / nodes.length : otherwise);

/** @param {GraphNode[][]} rows */
function crossings(rows) {
  let found = 0;
  for (const row of rows) {
    const ends = row.flatMap((node) => node.after.map((other) => other.order).sort((a, b) => a - b));
    for (let i = 0; i < ends.length; i += 1) for (let j = 0; j < i; j += 1) if (ends[j] > ends[i]) found += 1;
  }
  return found;
}
