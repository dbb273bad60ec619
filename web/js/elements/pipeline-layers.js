/** Stages in layers, each after all that it depends on, with as few crossing edges as are easily had. Pure. */

import { upstream } from "../project/stages.js";

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
