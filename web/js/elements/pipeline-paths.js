/** The lines of a pipeline's drawing, as lists of a letter and its points `[along the flow, across it]`. Pure. */

/** An edge through all nodes of its chain; `leaves(node)` is where a line begins after a stage. */
export function curve(chain, leaves) {
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

/** The way back of a rework, from one stage's side round to the other's; `main` is how long a stage is. */
export function loop({ from, to, side, cross }, main) {
  const bend = 8;
  const [start, end] = [from.main + 0.62 * main, to.main + 0.38 * main];
  return [
    ["M", [start, from.cross + side * from.half]], ["L", [start, cross - side * bend]],
    ["Q", [start, cross], [start - bend, cross]], ["L", [end + bend, cross]],
    ["Q", [end, cross], [end, cross - side * bend]], ["L", [end, to.cross + side * to.half]],
  ];
}

const [LONG, WIDE] = [7, 4]; // an arrow's head, and half its width

/** The head of an edge that ends at this node. */
export const forward = ({ main, cross }) =>
  [["M", [main, cross]], ["L", [main - LONG, cross - WIDE]], ["L", [main - LONG, cross + WIDE]], ["Z"]];

/** The head of a way back. */
export function back({ to, side }, main) {
  const [m, c] = [to.main + 0.38 * main, to.cross + side * to.half];
  return [["M", [m, c]], ["L", [m - WIDE, c + side * LONG]], ["L", [m + WIDE, c + side * LONG]], ["Z"]];
}
