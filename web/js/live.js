/**
 * The only module that uses the WebSocket: one socket for the whole page. It reconnects by itself, resumes each
 * followed project after the last event that was delivered, and notifies watchers of changed projects.
 */

import { Subscriptions } from "./subscriptions.js";

/** @import { Event as LogEvent } from "./api.d.ts" */
/** @import { Frame } from "./subscriptions.js" */

const PING_INTERVAL = 20_000; // ms
const PONG_TIMEOUT = 10_000;
const OPEN_TIMEOUT = 10_000;
const SIGNED_OUT = 4401;
const OVERLOAD_CODES = new Set([4013, 4429]); // the server is full, or this client sent too much
const OVERLOAD_FAILURES = 4; // an overload counts as this many failures, so that the page waits longer
const MIN_WAIT = 500;
const MAX_WAIT = 15_000;

class Live extends EventTarget {
  /** A `state` event is dispatched for each change. */
  state = /** @type {"connecting" | "open" | "lost"} */ ("connecting");
  /** When the next attempt is made (ms since the epoch), while lost. */
  retryAt = 0;

  /** @type {WebSocket | null} */
  #socket = null;
  #subscriptions = new Subscriptions();
  #failures = 0;
  /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
  #timers = {};

  start() {
    this.#connect();
    addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => this.#see(document.visibilityState === "visible"));
  }

  /** Connect at once if the connection is lost; check it if it is open. */
  retry() {
    if (this.state === "lost") this.#connect();
    else if (this.state === "open") this.#ping();
  }

  /**
   * Call `handle(event)` for each event of a project after number `since`, in order, each once, until `signal` aborts;
   * null is from now on. Events without a number (task_progress) are delivered as they come.
   * @param {string} projectId
   * @param {number | null} since
   * @param {(event: LogEvent) => void} handle
   * @param {AbortSignal} signal
   */
  follow(projectId, since, handle, signal) {
    this.#send(this.#subscriptions.follow(projectId, since, handle));
    signal.addEventListener("abort", () => this.#send(this.#subscriptions.unfollow(projectId)));
  }

  /**
   * Call `handle(frame)` with what models write for a followed project, while the page is visible and until `signal`
   * aborts.
   * @param {string} projectId
   * @param {(frame: Frame) => void} handle
   * @param {AbortSignal} signal
   */
  read(projectId, handle, signal) {
    this.#sendAll(this.#subscriptions.read(projectId, handle));
    signal.addEventListener("abort", () => this.#sendAll(this.#subscriptions.read(projectId, null)));
  }

  /**
   * Call `changed(projectId)` whenever a project's log has grown, and `changed(null)` when any of them may have.
   * @param {(projectId: string | null) => void} changed
   * @param {AbortSignal} signal
   */
  watch(changed, signal) {
    if (this.#subscriptions.watch(changed)) this.#send({ action: "watch" });
    else queueMicrotask(() => changed(null));
    signal.addEventListener("abort", () => {
      if (this.#subscriptions.unwatch(changed)) this.#send({ action: "unwatch" });
    });
  }

  /** @param {boolean} isSeen */
  #see(isSeen) {
    this.#sendAll(this.#subscriptions.see(isSeen));
    if (isSeen) this.retry();
  }

  #connect() {
    clearTimeout(this.#timers.retry);
    this.#setState("connecting");
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.#socket = socket;
    socket.onopen = () => socket === this.#socket && this.#connected();
    socket.onmessage = (message) => socket === this.#socket && this.#receive(JSON.parse(message.data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#disconnected(code);
    this.#timers.open = setTimeout(() => this.#drop(), OPEN_TIMEOUT);
  }

  /** The handshake is done; the first frame says whether the server accepts the connection. */
  #connected() {
    this.#send({ action: "ping" });
    this.#sendAll(this.#subscriptions.frames());
    this.#timers.ping = setInterval(() => this.#ping(), PING_INTERVAL);
  }

  #ping() {
    this.#send({ action: "ping" });
    clearTimeout(this.#timers.pong);
    this.#timers.pong = setTimeout(() => this.#drop(), PONG_TIMEOUT);
  }

  /** Abandon a silent connection at once: its close event could take minutes. */
  #drop() {
    const socket = this.#socket;
    this.#disconnected();
    socket?.close();
  }

  /** @param {number} [code] of the close event */
  #disconnected(code) {
    this.#socket = null;
    clearInterval(this.#timers.ping);
    clearTimeout(this.#timers.pong);
    clearTimeout(this.#timers.open);
    if (code === SIGNED_OUT) {
      this.#setState("lost");
      dispatchEvent(new Event("signedout"));
      return;
    }
    if (code !== undefined && OVERLOAD_CODES.has(code)) this.#failures = Math.max(this.#failures, OVERLOAD_FAILURES);
    // Half of the wait is random, so that a thousand pages do not reconnect in the same instant.
    const wait = Math.min(MAX_WAIT, MIN_WAIT * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.retryAt = Date.now() + wait;
    this.#timers.retry = setTimeout(() => this.#connect(), wait);
    this.#setState("lost");
  }

  /** @param {"connecting" | "open" | "lost"} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  /** @param {object} frame */
  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** @param {object[]} frames */
  #sendAll(frames) {
    for (const frame of frames) this.#send(frame);
  }

  /** @param {Frame} frame */
  #receive(frame) {
    clearTimeout(this.#timers.pong);
    clearTimeout(this.#timers.open);
    this.#failures = 0;
    this.#setState("open");
    const isProblem = frame.event_type === "error" && frame.seq === null;
    // A followed project that was removed: its follower reads it again, and finds that it is gone.
    if (!isProblem || frame.data.code === "unknown_project") this.#subscriptions.deliver(frame);
    else console.warn("BotArmy:", frame.data.message);
  }
}

export const live = new Live();
