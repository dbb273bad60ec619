/** Stages in layers, each after all that it depends on, with as few crossing edges as are easily had. Pure. */

import { upstream } from "./stages.js";

/**
 * `{rows, chains}`: `rows` are the layers, each a list of nodes `{name, layer, order}` in their order across the flow;
 * a node without a name only keeps a place free for an edge that passes. `chains` are the edges, each the list of
 * nodes that it runs through. What an edge through another stage says already is left out.
 */
export function layered(pipeline) {
  const before = reduced(upstream(pipeline));
  const rank = ranks(before);
  const rows = [];
  const nodes = new Map();
  const put = (name, layer) => {
    const node = { name, layer, order: 0, before: [], after: [] };
    (rows[layer] ??= []).push(node);
    return node;
  };
  for (const { name } of pipeline.stages) nodes.set(name, put(name, rank.get(name)));
  const chains = [];
  for (const [name, sources] of before) {
    for (const source of sources) {
      const chain = [nodes.get(source)];
      for (let layer = rank.get(source) + 1; layer < rank.get(name); layer += 1) chain.push(put(null, layer));
      chain.push(nodes.get(name));
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

/** The edges without those that a longer way between the same two stages makes superfluous. */
function reduced(before) {
  const above = new Map();
  const ancestors = (name) => {
    if (!above.has(name)) {
      above.set(name, new Set()); // stands while it is worked out, so that even a cycle ends
      above.set(name, new Set(before.get(name).flatMap((one) => [one, ...ancestors(one)])));
    }
    return above.get(name);
  };
  return new Map([...before].map(([name, sources]) => [
    name,
    sources.filter((one) => !sources.some((other) => other !== one && ancestors(other).has(one))),
  ]));
}

function ranks(before) {
  const rank = new Map();
  const of = (name) => {
    if (!rank.has(name)) {
      rank.set(name, 0);
      rank.set(name, Math.max(-1, ...before.get(name).map(of)) + 1);
    }
    return rank.get(name);
  };
  for (const name of before.keys()) of(name);
  return rank;
}

/** Order each layer by the mean place of its neighbours, forth and back, and keep the order that crosses least. */
function arrange(rows) {
  const number = () => rows.forEach((row) => row.forEach((node, order) => { node.order = order; }));
  number();
  let best = rows.map((row) => [...row]);
  let least = crossings(rows);
  for (let sweep = 0; sweep < 6 && least > 0; sweep += 1) {
    const forth = sweep % 2 === 0;
    for (const row of forth ? rows : [...rows].reverse()) {
      const place = new Map(row.map((node) => [node, mean(forth ? node.before : node.after, node.order)]));
      row.sort((a, b) => place.get(a) - place.get(b) || a.order - b.order);
      row.forEach((node, order) => { node.order = order; });
    }
    const now = crossings(rows);
    if (now < least) {
      least = now;
      best = rows.map((row) => [...row]);
    }
  }
  best.forEach((row, layer) => { rows[layer] = row; });
  number();
}

const mean = (nodes, otherwise) =>
  (nodes.length ? nodes.reduce((sum, one) => sum + one.order, 0) / nodes.length : otherwise);

function crossings(rows) {
  let found = 0;
  for (const row of rows) {
    const ends = row.flatMap((node) => node.after.map((other) => other.order).sort((a, b) => a - b));
    for (let i = 0; i < ends.length; i += 1) for (let j = 0; j < i; j += 1) if (ends[j] > ends[i]) found += 1;
  }
  return found;
}

/** Stand each node as near to its neighbours' middle as its own layer allows, forth and back. */
export function spread(rows, apart) {
  for (const row of rows) row.forEach((node) => { node.cross = 0; });
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

/** The places nearest to those wished for that keep the order and the distances (isotonic regression). */
function settle(row, wished, apart) {
  const offsets = [];
  row.forEach((node, i) => offsets.push(i ? offsets[i - 1] + row[i - 1].half + apart + node.half : 0));
  const blocks = [];
  wished.forEach((wish, i) => {
    let block = { total: wish - offsets[i], count: 1 };
    while (blocks.length && blocks.at(-1).total / blocks.at(-1).count > block.total / block.count) {
      const last = blocks.pop();
      block = { total: last.total + block.total, count: last.count + block.count };
    }
    blocks.push(block);
  });
  let i = 0;
  for (const { total, count } of blocks) {
    for (const until = i + count; i < until; i += 1) row[i].cross = total / count + offsets[i];
  }
}

/** A rework goes back on the side where fewer nodes stand in its way. */
export function lane(from, to, rework, rows) {
  const after = ({ layer, order }, side) => rows[layer].filter((one) => (one.order - order) * side > 0).length;
  const beyond = (side) => after(from, side) + after(to, side);
  const side = beyond(-1) < beyond(1) ? -1 : 1;
  const between = rows.slice(to.layer, from.layer + 1).flat();
  const edge = Math.max(...between.map((node) => side * node.cross + node.half));
  return { from, to, side, edge, rounds: rework.max_rounds };
}

/** Lanes on the same side whose stretches meet lie beside each other, the shortest innermost. */
export function stack(lanes, form) {
  const placed = [];
  for (const one of [...lanes].sort((a, b) => (a.from.main - a.to.main) - (b.from.main - b.to.main))) {
    const apart = (other) => other.side !== one.side || other.to.main > one.from.main || one.to.main > other.from.main;
    const met = placed.filter((other) => !apart(other));
    one.reach = Math.max(one.edge + form.clear, ...met.map((other) => other.reach + form.lane));
    one.cross = one.side * one.reach;
    placed.push(one);
  }
}

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
