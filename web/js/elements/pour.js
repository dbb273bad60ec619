/** Much work on the page without a freeze: done in slices, between which input is answered and frames are painted. */

const SLICE = 10; // ms

const breath = () => new Promise((done) => setTimeout(done));

/**
 * Exhaust `steps`, an iterator that does a bit of work whenever it is asked for more, unless `signal` aborts before.
 * The first slice is done at once.
 */
export async function inSlices(steps, signal) {
  let until = performance.now() + SLICE;
  while (!steps.next().done) {
    if (performance.now() < until) continue;
    await breath();
    if (signal.aborted) return;
    until = performance.now() + SLICE;
  }
}
