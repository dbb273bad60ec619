/** Where the nodes of each layer and the ways back of the reworks stand, across the flow. Pure. */

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
