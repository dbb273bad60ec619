/** Schedules work on the page: in slices, with the next frame, or once for several changes. */

const SLICE = 10; // ms

/**
 * Run all of `steps`, each of which does a bit of work, unless `signal` aborts first. They run in slices, between which
 * the browser handles input and paints; the first slice runs at once.
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
const HIDDEN_INTERVAL = 250; // ms between two runs while the page is in the background and gets no frames

/** Calls `work()` with the next frame after ask(); after a burst, it waits until the browser has handled input. */
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
    const wait = Math.max(this.#pausedUntil - performance.now(), document.hidden ? HIDDEN_INTERVAL : 0);
    if (wait > 0) setTimeout(() => this.#run(), wait);
    else requestAnimationFrame(() => this.#run());
  }

  #run() {
    const began = performance.now();
    this.#due = false;
    if (this.#work() <= BURST) return;
    // This runs once the frame is painted. Bursts then take at most a third of the time.
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

/**
 * Call `work` once the browser has nothing more urgent to do, for what nobody sees at first.
 * @param {() => void} work
 */
export function whenIdle(work) {
  if ("requestIdleCallback" in globalThis) requestIdleCallback(work, { timeout: 1_000 });
  else setTimeout(work, 200);
}
