/**
 * The only module that uses the WebSocket: one socket for the whole page. It reconnects by itself, resumes each followed
 * project after the last event that was delivered, and notifies watchers of changed projects.
 */

import { Subscriptions } from "./subscriptions.js";

/** @import { Event as LogEvent } from "./api.d.ts" */
/** @import { Frame } from "./subscriptions.js" */

const PING_EVERY = 20_000; // ms
const PONG_WITHIN = 10_000;
const OPEN_WITHIN = 10_000;
const FULL = new Set([4013, 4429]); // the server is full, or this client sent too much: come back later
const FULL_FAILURES = 4;
const WAIT_LEAST = 500;
const WAIT_MOST = 15_000;

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
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retry());
  }

  /** Connect at once where the connection is lost; where it is open, check it. */
  retry() {
    if (this.state === "lost") this.#connect();
    else if (this.state === "open") this.#ping();
  }

  /**
   * Call `handle(event)` for each event of a project after number `since`, in order, each once, until `signal` aborts.
   * Events without a number (task_progress) are delivered as they come.
   * @param {string} projectId
   * @param {number} since
   * @param {(event: LogEvent) => void} handle
   * @param {AbortSignal} signal
   */
  follow(projectId, since, handle, signal) {
    this.#send(this.#subscriptions.follow(projectId, since, handle));
    signal.addEventListener("abort", () => this.#send(this.#subscriptions.unfollow(projectId)));
  }

  /**
   * Call `changed(projectId)` whenever a project's log has grown, and `changed(null)` when any may have.
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

  #connect() {
    clearTimeout(this.#timers.retry);
    this.#become("connecting");
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.#socket = socket;
    socket.onopen = () => socket === this.#socket && this.#opened();
    socket.onmessage = (message) => socket === this.#socket && this.#receive(JSON.parse(message.data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
    this.#timers.open = setTimeout(() => this.#drop(), OPEN_WITHIN);
  }

  /** The handshake is done; the first frame says whether the server accepts the connection. */
  #opened() {
    this.#send({ action: "ping" });
    for (const frame of this.#subscriptions.frames()) this.#send(frame);
    this.#timers.ping = setInterval(() => this.#ping(), PING_EVERY);
  }

  #ping() {
    this.#send({ action: "ping" });
    clearTimeout(this.#timers.pong);
    this.#timers.pong = setTimeout(() => this.#drop(), PONG_WITHIN);
  }

  /** Give up a silent connection at once: its close event could take minutes. */
  #drop() {
    const socket = this.#socket;
    this.#lost();
    socket?.close();
  }

  /** @param {number} [code] of the close event */
  #lost(code) {
    this.#socket = null;
    clearInterval(this.#timers.ping);
    clearTimeout(this.#timers.pong);
    clearTimeout(this.#timers.open);
    if (code !== undefined && FULL.has(code)) this.#failures = Math.max(this.#failures, FULL_FAILURES);
    // Half fixed, half random, so that a thousand pages do not reconnect in the same instant.
    const wait = Math.min(WAIT_MOST, WAIT_LEAST * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.retryAt = Date.now() + wait;
    this.#timers.retry = setTimeout(() => this.#connect(), wait);
    this.#become("lost");
  }

  /** @param {"connecting" | "open" | "lost"} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  /** @param {object} frame */
  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** @param {Frame} frame */
  #receive(frame) {
    clearTimeout(this.#timers.pong);
    clearTimeout(this.#timers.open);
    this.#failures = 0;
    this.#become("open");
    if (frame.event_type === "error" && frame.seq === null) console.warn("BotArmy:", frame.data.message);
    else this.#subscriptions.deliver(frame);
  }
}

export const live = new Live();
