// Observes the page for the benchmark; runs before the page's own scripts.

/** When each event was painted (ms since the epoch), by its number, and when the page was usable (ms since its start). */
const measured = {
  /** @type {Record<string, number>} */
  painted: {},
  /** @type {number | null} */
  usable: null,
};
Object.assign(globalThis, { measured });

/**
 * Call `done` once the next frame is painted: a task after a frame runs then.
 * @param {() => void} done
 */
const painted = (done) => requestAnimationFrame(() => setTimeout(done));

/**
 * The numbers of the events that are in a node.
 * @param {Node} node
 */
function eventsIn(node) {
  if (!(node instanceof HTMLElement)) return [];
  /** @type {NodeListOf<HTMLElement>} */
  const rows = node.querySelectorAll("[data-seq]");
  return [node, ...rows].flatMap(({ dataset: { seq } }) => seq ?? []);
}

new MutationObserver((changes) => {
  const numbers = changes.flatMap((change) => [...change.addedNodes]).flatMap(eventsIn);
  if (numbers.length) {
    painted(() => {
      const now = performance.timeOrigin + performance.now();
      for (const seq of numbers) measured.painted[seq] ??= now;
    });
  }
  if (measured.usable !== null) return;
  // The first tab of a project lists its artifacts, another one its events.
  const shown = document.querySelector(location.hash ? "[data-seq]" : "[role=option]");
  if (!shown || !document.querySelector("pipeline-graph svg")) return;
  measured.usable = Infinity;
  painted(() => {
    measured.usable = performance.now();
  });
}).observe(document, { childList: true, subtree: true });
