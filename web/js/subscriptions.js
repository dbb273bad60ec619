/** The projects that the page follows over the WebSocket: delivers each event once, in order, and resumes. Pure. */

/** @import { Event } from "./api.d.ts" */

/** A frame of the server: an event of a log, or one about the connection. @typedef {Omit<Event, "event_type" | "data"> & { event_type: string, data: Record<string, any> }} Frame */

const CONNECTION_FRAMES = new Set(["pong", "heartbeat", "connection_ready"]);

export class Subscriptions {
  /** @type {Map<string, { last: number | null, handle: (event: Event) => void }>} */
  #followed = new Map();
  /** @type {Set<(projectId: string | null) => void>} */
  #watchers = new Set();
  /** What models write for a project, by its id. @type {Map<string, (frame: Frame) => void>} */
  #read = new Map();
  #isSeen = true;

  /**
   * Follow a project after event number `since`, or from now on if that is null. Return the frame that subscribes.
   * @param {string} projectId
   * @param {number | null} since
   * @param {(event: Event) => void} handle
   */
  follow(projectId, since, handle) {
    if (this.#followed.has(projectId)) throw new Error(`${projectId} is followed already`);
    this.#followed.set(projectId, { last: since, handle });
    return this.#subscribe(projectId, since);
  }

  /**
   * Read what models write for a project while it is followed and seen. Return the frames that change its subscription.
   * @param {string} projectId
   * @param {((frame: Frame) => void) | null} handle null reads it no more
   */
  read(projectId, handle) {
    if (handle) this.#read.set(projectId, handle);
    else this.#read.delete(projectId);
    return this.#isSeen ? this.#again(projectId) : [];
  }

  /** Note whether anybody sees the page. Return the frames that change the subscriptions. @param {boolean} isSeen */
  see(isSeen) {
    if (this.#isSeen === isSeen) return [];
    this.#isSeen = isSeen;
    return [...this.#read.keys()].flatMap((id) => this.#again(id));
  }

  /** @param {string} id */
  #again(id) {
    const follower = this.#followed.get(id);
    return follower ? [{ action: "unsubscribe", project_id: id }, this.#subscribe(id, follower.last)] : [];
  }

  /**
   * @param {string} id
   * @param {number | null} since null is from now on
   */
  #subscribe(id, since) {
    const live = this.#isSeen && this.#read.has(id) ? { live: true } : {};
    return { action: "subscribe", project_id: id, ...(since === null ? {} : { since }), ...live };
  }

  /**
   * Stop following a project. Return the frame that unsubscribes from it.
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
    const followed = [...this.#followed].map(([id, { last }]) => this.#subscribe(id, last));
    return this.#watchers.size ? [{ action: "watch" }, ...followed] : followed;
  }

  /**
   * Pass a frame to its follower, or to the watchers. An event whose number was delivered before is dropped.
   * @param {Frame} frame
   */
  deliver(frame) {
    if (frame.event_type === "watching") this.#notify(null);
    else if (frame.event_type === "project_changed") this.#notify(frame.project_id);
    else if (frame.event_type === "live") this.#read.get(frame.project_id)?.(frame);
    else if (!CONNECTION_FRAMES.has(frame.event_type)) this.#deliver(/** @type {Event} */ (frame));
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
      if (follower.last !== null && event.seq <= follower.last) return;
      follower.last = event.seq;
    }
    follower.handle(event);
  }
}
