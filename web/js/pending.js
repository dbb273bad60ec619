/** All that waits for a human, across projects, oldest first: read once, then whenever some project's log has grown. */

import { live } from "./live.js";
import { Refresher } from "./refresher.js";
import { hitl } from "./rest.js";

class Pending extends EventTarget {
  /** The open requests; null until they are known. A `change` event tells of new ones and of ones that ended. */
  items = null;
  /** The Problem that keeps them from being known, or null. */
  error = null;

  start(signal) {
    const refresher = new Refresher((aborted) => this.#read(aborted), { gap: 200, signal, failed: (error) => this.#fail(error) });
    live.watch(() => refresher.ask(), signal);
    // A worker that is behind may judge a response long after it was given.
    this.look = () => refresher.ask();
    // Where it could not be read, somebody may not want to wait for the next attempt.
    this.retry = () => refresher.hurry();
    refresher.ask();
  }

  async #read(signal) {
    this.items = await hitl.pending({ signal });
    this.error = null;
    this.dispatchEvent(new Event("change"));
  }

  #fail(error) {
    this.error = error;
    this.dispatchEvent(new Event("change"));
  }
}

export const pending = new Pending();
