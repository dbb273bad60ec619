/** What the page follows over the WebSocket: keeps events in order, each once, and knows what to ask for again. Pure. */

/** @import { Event } from "./api.d.ts" */

/** A frame of the server: an event of a log, or one about the connection. @typedef {Omit<Event, "event_type" | "data"> & { event_type: string, data: Record<string, any> }} Frame */

const ABOUT_THE_CONNECTION = new Set(["pong", "heartbeat", "connection_ready"]);

export class Subscriptions {
  /** @type {Map<string, { last: number, handle: (event: Event) => void }>} */
  #followed = new Map();
  /** @type {Set<(projectId: string | null) => void>} */
  #watchers = new Set();

  /**
   * Follow a project after event number `since`. Return the frame that asks for it.
   * @param {string} projectId
   * @param {number} since
   * @param {(event: Event) => void} handle
   */
  follow(projectId, since, handle) {
    if (this.#followed.has(projectId)) throw new Error(`${projectId} is followed already`);
    this.#followed.set(projectId, { last: since, handle });
    return { action: "subscribe", project_id: projectId, since };
  }

  /**
   * Follow a project no longer. Return the frame that says so.
   * @param {string} projectId
   */
  unfollow(projectId) {
    this.#followed.delete(projectId);
    return { action: "unsubscribe", project_id: projectId };
  }

  /**
   * Add a watcher. Return whether it is the first.
   * @param {(projectId: string | null) => void} changed
   */
  watch(changed) {
    this.#watchers.add(changed);
    return this.#watchers.size === 1;
  }

  /**
   * Remove a watcher. Return whether it was the last.
   * @param {(projectId: string | null) => void} changed
   */
  unwatch(changed) {
    this.#watchers.delete(changed);
    return this.#watchers.size === 0;
  }

  /** The frames that resume everything on a new connection. */
  frames() {
    const followed = [...this.#followed].map(([id, { last }]) => ({
      action: "subscribe",
      project_id: id,
      since: last,
    }));
    return this.#watchers.size ? [{ action: "watch" }, ...followed] : followed;
  }

  /**
   * Pass a frame to whom it concerns. An event whose number was delivered before is dropped.
   * @param {Frame} frame
   */
  deliver(frame) {
    if (frame.event_type === "watching") this.#notify(null);
    else if (frame.event_type === "project_changed") this.#notify(frame.project_id);
    else if (!ABOUT_THE_CONNECTION.has(frame.event_type)) this.#deliver(/** @type {Event} */ (frame));
  }

  /** @param {string | null} projectId */
  #notify(projectId) {
    for (const changed of this.#watchers) changed(projectId);
  }

  /** @param {Event} event */
  #deliver(event) {
    const follower = this.#followed.get(event.project_id);
    if (!follower) return;
    if (event.seq !== null) {
      if (event.seq <= follower.last) return;
      follower.last = event.seq;
    }
    follower.handle(event);
  }
}
