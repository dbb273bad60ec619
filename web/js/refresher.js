/** What counts of the time that work took, and how long it is postponed at most after failures, in ms. */
const [LONGEST, MOST_BACKOFF] = [3_000, 10_000];

/** Runs `work` soon after ask(), one run at a time and at least `gap` ms apart, and again after a failure. */
export class Refresher {
  #work;
  #gap;
  #signal;
  #failed;
  #asked = false;
  #busy = false;
  #hurried = false;
  #next = 0; // performance.now() before which it does not run again
  #failures = 0;
  #wake = () => {};

  /**
   * If `work(signal)` throws, `failed(error)` is called, and `failed(null)` once it works again.
   * @param {(signal: AbortSignal) => unknown} work
   * @param {{ gap?: number, signal: AbortSignal, failed?: (error: unknown) => void }} options
   */
  constructor(work, { gap = 150, signal, failed = () => {} }) {
    this.#work = work;
    this.#gap = gap;
    this.#signal = signal;
    this.#failed = failed;
  }

  ask() {
    this.#asked = true;
    if (!this.#busy) this.#run();
  }

  /** Ask without the gap, for a person who waits for the result. */
  hurry() {
    this.#hurried = true;
    this.#wake();
    this.ask();
  }

  async #run() {
    this.#busy = true;
    while (this.#asked && !this.#signal.aborted) {
      if (!this.#hurried) await this.#pause(this.#next - performance.now());
      if (this.#signal.aborted) return;
      this.#asked = this.#hurried = false;
      const started = performance.now();
      try {
        await this.#work(this.#signal);
        if (this.#failures) this.#failed(null);
        this.#failures = 0;
      } catch (error) {
        if (this.#signal.aborted) return;
        this.#failed(error);
        this.#failures += 1;
        this.#asked = true;
      }
      // Slow work runs less often: it takes at most a quarter of the time. A laptop may have slept meanwhile.
      const took = Math.min(performance.now() - started, LONGEST);
      const backoff = this.#failures && Math.min(MOST_BACKOFF, 500 * 2 ** this.#failures);
      this.#next = performance.now() + Math.max(this.#gap, 3 * took, backoff);
    }
    this.#busy = false;
  }

  /** @param {number} ms */
  async #pause(ms) {
    if (ms <= 0) return;
    await new Promise((done) => {
      const timer = setTimeout(done, ms);
      this.#wake = () => {
        clearTimeout(timer);
        done(undefined);
      };
    });
  }
}
