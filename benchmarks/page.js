// Observes the page for the benchmark; runs before the page's own scripts.
globalThis.measured = { painted: {}, usable: null };

const paint = (done) => requestAnimationFrame(() => setTimeout(done)); // a task after a frame runs once it is painted

new MutationObserver((changes) => {
  const rows = changes.flatMap((change) => [...change.addedNodes])
    .flatMap((node) => (node.matches?.("[data-seq]") ? [node] : [...(node.querySelectorAll?.("[data-seq]") ?? [])]))
    .map((row) => row.dataset.seq);
  if (rows.length) {
    paint(() => {
      const now = performance.timeOrigin + performance.now();
      for (const seq of rows) measured.painted[seq] ??= now;
    });
  }
  if (measured.usable === null && document.querySelector("[data-seq]") && document.querySelector("pipeline-graph svg")) {
    measured.usable = Infinity;
    paint(() => { measured.usable = performance.now(); });
  }
}).observe(document, { childList: true, subtree: true });
