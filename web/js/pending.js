/** The open requests of all projects, oldest first: read once, then whenever a project's log has grown. */

import { live } from "./live.js";
import { me } from "./me.js";
import { Refresher } from "./refresher.js";
import { hitl, isTemporary } from "./rest.js";

/** @import { PendingRequest } from "./api.d.ts" */

class Pending extends EventTarget {
  /** The open requests; null until they are known. A `change` event is dispatched for each new list. */
  items = /** @type {PendingRequest[] | null} */ (null);
  /** Those that this person may decide; null until they are known. */
  mine = /** @type {PendingRequest[] | null} */ (null);
  /** The error that prevents reading them, or null. */
  error = /** @type {unknown} */ (null);
  #refresher = /** @type {Refresher | null} */ (null);

  /** Whether the API cannot be reached at the moment, so that no response would arrive. */
  get unreachable() {
    return isTemporary(this.error);
  }

  /** @param {AbortSignal} signal */
  start(signal) {
    const refresher = new Refresher((aborted) => this.#read(aborted), {
      gap: 200,
      signal,
      failed: (error) => this.#fail(error),
    });
    this.#refresher = refresher;
    live.watch(() => refresher.ask(), signal);
    addEventListener("permissionschange", () => refresher.ask(), { signal });
    // Without the WebSocket, only a request tells whether the API can be reached.
    live.addEventListener("state", () => live.state === "lost" && refresher.ask(), { signal });
    refresher.ask();
  }

  /**
   * Whether this person may decide an open request. While that is unknown: whether they may decide in its project.
   * @param {{ request_id: string, project_id: string }} request
   */
  mayDecide({ request_id: id, project_id: project }) {
    const known = this.items?.find(({ request_id }) => request_id === id);
    return known ? known.eligibility.may_decide : me.may("decide", project);
  }

  /** Read again: a slow worker may judge a response long after it was sent. */
  refresh() {
    this.#refresher?.ask();
  }

  /** Read again at once, after an error. */
  retry() {
    this.#refresher?.hurry();
  }

  /** @param {AbortSignal} signal */
  async #read(signal) {
    this.items = await hitl.pending({ signal });
    this.mine = this.items.filter(({ eligibility }) => eligibility.may_decide);
    this.error = null;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {unknown} error */
  #fail(error) {
    this.error = error;
    this.dispatchEvent(new Event("change"));
  }
}

export const pending = new Pending();
