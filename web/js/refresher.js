/** Does its work soon after it was asked: never twice at once, never twice within `gap` ms, again after a failure. */
export class Refresher {
  #work; #gap; #signal; #failed;
  #asked = false; #busy = false; #hurried = false; #next = 0; #failures = 0;
  #wake = () => {};

  /** `work(signal)` may throw; `failed(error)` is told, and told null when it works again. */
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

  /** The same, without waiting: somebody asked who sees whether it was done. */
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
      // What takes long is done less often: at most a quarter of the time is spent on it.
      const took = performance.now() - started;
      this.#next = performance.now() + Math.max(this.#gap, 3 * took, this.#failures && Math.min(10_000, 500 * 2 ** this.#failures));
    }
    this.#busy = false;
  }

  async #pause(ms) {
    if (ms <= 0) return;
    await new Promise((done) => {
      const clock = setTimeout(done, ms);
      this.#wake = () => { clearTimeout(clock); done(); };
    });
  }
}
