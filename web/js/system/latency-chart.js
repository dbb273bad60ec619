/** The newest readings of a component as bars: the height is the latency, and red means that it was down. */

import { svg } from "../dom.js";

/** @import { Properties } from "../dom.js" */

const MAX_READINGS = 32;
const WIDTH = 4;
const HEIGHT = 20;
/** @type {WeakMap<Element, { latency: number | null, status: string }[]>} */
const readings = new WeakMap();

export function trace() {
  const element = svg("svg", {
    class: "system-trace",
    viewBox: `0 0 ${MAX_READINGS * WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "xMaxYMax meet",
    role: "img",
  });
  readings.set(element, []);
  return element;
}

/**
 * Add a reading. Heights are logarithmic: 1 ms is barely visible, and a second almost fills the chart.
 * @param {Element} element
 * @param {number | null} latency
 * @param {string} status
 */
export function paintTrace(element, latency, status) {
  const history = readings.get(element) ?? [];
  history.push({ latency, status });
  if (history.length > MAX_READINGS) history.shift();
  const well = history.filter((reading) => reading.status === "ok");
  const latencies = well.map((reading) => reading.latency ?? 0).sort((a, b) => a - b);
  const median = latencies[latencies.length >> 1];
  element.setAttribute(
    "aria-label",
    latencies.length
      ? `${latencies.length} of ${history.length} readings OK, mostly ${Math.round(median)} ms`
      : "No reading OK",
  );
  const missing = MAX_READINGS - history.length;
  element.replaceChildren(
    ...Array.from({ length: missing }, (_, index) => bar(index, 1.5, { class: "none" })),
    ...history.map(({ latency: ms, status: how }, index) =>
      bar(missing + index, how === "ok" ? Math.min(HEIGHT, 3 + 5.5 * Math.log10(1 + (ms ?? 0))) : HEIGHT, {
        "data-status": how,
      })
    ),
  );
}

/**
 * @param {number} index
 * @param {number} height
 * @param {Properties} more
 */
const bar = (index, height, more) =>
  svg("rect", {
    x: String(index * WIDTH),
    y: String(HEIGHT - height),
    width: String(WIDTH - 1),
    height: String(height),
    ...more,
  });
