/** The stops that hold: read once, whenever a project's log has grown, and now and then. */

import { live } from "../live.js";
import { Refresher } from "../refresher.js";
import { stops } from "../rest.js";
import { holds } from "./wording.js";

/** @import { RequestItem, StopPublic } from "../api.d.ts" */

const READ_EVERY = 10_000; // ms; a stop of everything is in no log while no project is open

class HeldStops extends EventTarget {
  /** Newest first. A `change` event is dispatched when the list differs. */
  items = /** @type {StopPublic[]} */ ([]);
  #refresher = /** @type {Refresher | null} */ (null);

  /** @param {AbortSignal} signal */
  start(signal) {
    // What cannot be read is read again with the next event or after READ_EVERY; the banner of the connection says so.
    const refresher = new Refresher((aborted) => this.#read(aborted), { gap: 500, signal, failed: () => {} });
    this.#refresher = refresher;
    live.watch(() => refresher.ask(), signal);
    const timer = setInterval(() => document.visibilityState === "visible" && refresher.ask(), READ_EVERY);
    signal.addEventListener("abort", () => clearInterval(timer));
    refresher.ask();
  }

  /** Read again: a person has stopped or released something here. */
  refresh() {
    this.#refresher?.hurry();
  }

  /**
   * Whether a stop holds the task of a request, and with it the deadline.
   * @param {RequestItem} request
   */
  hold(request) {
    return this.items.some((stop) => holds(stop, request));
  }

  /** @param {AbortSignal} signal */
  async #read(signal) {
    const { items } = await stops.held({ signal });
    const ids = (/** @type {StopPublic[]} */ list) => list.map(({ stop_id }) => stop_id).join();
    if (ids(items) === ids(this.items)) return;
    this.items = items;
    this.dispatchEvent(new Event("change"));
  }
}

export const heldStops = new HeldStops();
