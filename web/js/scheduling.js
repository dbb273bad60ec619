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

const BURST = 50; // rows: more of them at once are a burst
const HIDDEN = 250; // ms between two turns of a page in the background, which gets no frames

export class Frames {
  #work;
  #due = null;
  #rest = 0; // until when a burst is left to gather

  /** `work()` gives how many rows it made. */
  constructor(work) {
    this.#work = work;
  }

  ask() {
    if (this.#due) return;
    const rest = Math.max(this.#rest - performance.now(), document.hidden ? HIDDEN : 0);
    this.#due = rest > 0 ? setTimeout(() => this.#turn(), rest) : requestAnimationFrame(() => this.#turn());
  }

  #turn() {
    const began = performance.now();
    this.#due = null;
    if (this.#work() <= BURST) return;
    // When the frame is painted: a burst takes a third of the time.
    setTimeout(() => { this.#rest = 3 * performance.now() - 2 * began; });
  }
}
