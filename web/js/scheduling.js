/** When work on the page is done: in slices, with the next frame, or once for several changes. */

const SLICE = 10; // ms

/**
 * Exhaust `steps`, which does a bit of work with each step, unless `signal` aborts before. The work is done in slices,
 * between which the browser answers input and paints; the first slice is done at once.
 * @param {{ next(): { done?: boolean } }} steps
 * @param {AbortSignal} signal
 */
export async function inSlices(steps, signal) {
  let until = performance.now() + SLICE;
  while (!steps.next().done) {
    if (performance.now() < until) continue;
    await new Promise((done) => setTimeout(done));
    if (signal.aborted) return;
    until = performance.now() + SLICE;
  }
}

const BURST = 50; // rows
const HIDDEN = 250; // ms between two turns of a page in the background, which gets no frames

/** Calls `work()` with the next frame after ask(); after a burst, not before the reader had a turn. */
export class FrameScheduler {
  #work;
  #due = false;
  #pausedUntil = 0;

  /** @param {() => number} work returns how many rows it made */
  constructor(work) {
    this.#work = work;
  }

  ask() {
    if (this.#due) return;
    this.#due = true;
    const wait = Math.max(this.#pausedUntil - performance.now(), document.hidden ? HIDDEN : 0);
    if (wait > 0) setTimeout(() => this.#turn(), wait);
    else requestAnimationFrame(() => this.#turn());
  }

  #turn() {
    const began = performance.now();
    this.#due = false;
    if (this.#work() <= BURST) return;
    // Runs when the frame is painted: a burst takes a third of the time.
    setTimeout(() => {
      this.#pausedUntil = 3 * performance.now() - 2 * began;
    });
  }
}

/**
 * A function that calls `work` soon, once for all calls within one turn of the event loop.
 * @param {() => void} work
 */
export function coalesced(work) {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      work();
    });
  };
}
