/** How each component is, asked every few seconds while the page is seen; `change` tells of each answer. */

import { health } from "../rest.js";

const EVERY = 5_000; // ms
const PATIENCE = 8_000; // the API itself gives a component 2 s

export class Health extends EventTarget {
  /** The newest answer of /health/detailed, or null. */
  found = null;
  /** The Problem of the last question, or null: the API itself is then away. */
  error = null;
  /** When it was last answered or given up (ms since the epoch), and how long the API took. */
  checkedAt = null;
  took = null;

  #signal;
  #clock;
  #asking = false;

  constructor(signal) {
    super();
    this.#signal = signal;
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.ask(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#clock));
  }

  async ask() {
    if (this.#asking || this.#signal.aborted) return;
    this.#asking = true;
    clearTimeout(this.#clock);
    const began = performance.now();
    const patience = new AbortController();
    const clock = setTimeout(() => patience.abort(), PATIENCE);
    try {
      this.found = await health({ signal: AbortSignal.any([this.#signal, patience.signal]) });
      this.error = null;
    } catch (error) {
      if (this.#signal.aborted) return;
      this.error = error.name === "AbortError" ? new Error(`BotArmy did not answer within ${PATIENCE / 1000} s.`) : error;
    } finally {
      clearTimeout(clock);
      this.#asking = false;
    }
    this.took = performance.now() - began;
    this.checkedAt = Date.now();
    this.dispatchEvent(new Event("change"));
    this.#clock = setTimeout(() => document.visibilityState === "visible" && this.ask(), EVERY);
  }
}
