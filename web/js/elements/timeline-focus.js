/** Which bar has the focus: one of them is where Tab leads to, arrow keys go from there. */

/** The bar that a key leads to from bar `at`, or undefined where the key is not one of these. */
export function ledTo(key, bars, at, agents) {
  switch (key) {
    case "ArrowRight": return bars[Math.min(at + 1, bars.length - 1)];
    case "ArrowLeft": return bars[Math.max(at - 1, 0)];
    case "Home": return bars[0];
    case "End": return bars.at(-1);
    case "ArrowDown": return beside(bars, at, agents, 1);
    case "ArrowUp": return beside(bars, at, agents, -1);
    default: return undefined;
  }
}

/** The bar nearest to bar `at` in the next row down or up that has any. */
function beside(bars, at, agents, step) {
  const agent = ({ span }) => span.task.agent_type;
  const order = agents.filter((one) => bars.some((bar) => agent(bar) === one));
  const wanted = order[order.indexOf(agent(bars[at])) + step];
  const away = (bar) => Math.abs(bar.x - bars[at].x);
  const row = bars.filter((bar) => agent(bar) === wanted);
  return row.reduce((best, bar) => (best && away(best) <= away(bar) ? best : bar), null) ?? bars[at];
}
