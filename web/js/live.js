/**
 * The one place that speaks WebSocket: a single socket for the whole page. It connects again by itself, resumes each
 * followed project after the last event that was handed on, and tells watchers to look again.
 */

const PING_EVERY = 20_000; // ms
const PONG_WITHIN = 10_000;
const OPEN_WITHIN = 10_000;
const FULL = new Set([4013, 4429]); // the server has no room, or had too much of us: do not come back at once
const FULL_FAILURES = 4;
const WAIT_LEAST = 500;
const WAIT_MOST = 15_000;

class Live extends EventTarget {
  /** "connecting", "open" or "lost". A `state` event tells of each change. */
  state = "connecting";
  /** When the next attempt is made (ms since the epoch), while lost. */
  retryAt = null;

  #socket = null;
  #followers = new Map(); // project id -> {last, handlers}
  #watchers = new Set();
  #failures = 0;
  #timers = {};

  start() {
    this.#connect();
    addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retry());
  }

  /** Try at once, where there is no connection. */
  retry() {
    if (this.state === "lost") this.#connect();
    else if (this.state === "open") this.#ping();
  }

  /**
   * Call `handle(event)` for each event of a project after number `since`, in order, each once, until `signal` aborts.
   * Events without a number (task_progress) are handed on as they come.
   */
  follow(projectId, since, handle, signal) {
    const follower = this.#followers.get(projectId);
    if (follower) throw new Error(`${projectId} is followed already`);
    this.#followers.set(projectId, { last: since, handle });
    this.#say({ action: "subscribe", project_id: projectId, since });
    signal.addEventListener("abort", () => {
      this.#followers.delete(projectId);
      this.#say({ action: "unsubscribe", project_id: projectId });
    });
  }

  /** Call `changed(projectId)` whenever some project's log has grown, and `changed(null)` when any may have. */
  watch(changed, signal) {
    this.#watchers.add(changed);
    if (this.#watchers.size === 1) this.#say({ action: "watch" });
    else queueMicrotask(() => changed(null));
    signal?.addEventListener("abort", () => {
      this.#watchers.delete(changed);
      if (this.#watchers.size === 0) this.#say({ action: "unwatch" });
    });
  }

  #connect() {
    clearTimeout(this.#timers.retry);
    this.#become("connecting");
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.#socket = socket;
    socket.onopen = () => socket === this.#socket && this.#opened();
    socket.onmessage = (message) => socket === this.#socket && this.#heard(JSON.parse(message.data));
    socket.onclose = ({ code }) => socket === this.#socket && this.#lost(code);
    this.#timers.open = setTimeout(() => this.#drop(), OPEN_WITHIN);
  }

  /** The handshake is done; whether we are served, the first frame says. */
  #opened() {
    this.#say({ action: "ping" });
    if (this.#watchers.size) this.#say({ action: "watch" });
    for (const [projectId, { last }] of this.#followers) {
      this.#say({ action: "subscribe", project_id: projectId, since: last });
    }
    this.#timers.ping = setInterval(() => this.#ping(), PING_EVERY);
  }

  #ping() {
    this.#say({ action: "ping" });
    clearTimeout(this.#timers.pong);
    this.#timers.pong = setTimeout(() => this.#drop(), PONG_WITHIN);
  }

  /** A connection that died without a word is given up at once: its close event could take minutes. */
  #drop() {
    const socket = this.#socket;
    this.#lost();
    socket?.close();
  }

  #lost(code) {
    this.#socket = null;
    clearInterval(this.#timers.ping);
    clearTimeout(this.#timers.pong);
    clearTimeout(this.#timers.open);
    if (FULL.has(code)) this.#failures = Math.max(this.#failures, FULL_FAILURES);
    // Half fixed, half random, so that a thousand pages do not come back in the same instant.
    const wait = Math.min(WAIT_MOST, WAIT_LEAST * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.retryAt = Date.now() + wait;
    this.#timers.retry = setTimeout(() => this.#connect(), wait);
    this.#become("lost");
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  #say(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #heard(frame) {
    clearTimeout(this.#timers.pong);
    clearTimeout(this.#timers.open);
    this.#failures = 0;
    this.#become("open");
    if (frame.event_type === "watching") this.#tell(null);
    else if (frame.event_type === "project_changed") this.#tell(frame.project_id);
    else if (frame.event_type === "error" && frame.seq === null) console.warn("BotArmy:", frame.data.message);
    else if (!["pong", "heartbeat", "connection_ready"].includes(frame.event_type)) this.#handOn(frame);
  }

  #tell(projectId) {
    for (const changed of this.#watchers) changed(projectId);
  }

  #handOn(event) {
    const follower = this.#followers.get(event.project_id);
    if (!follower) return;
    if (event.seq !== null) {
      if (event.seq <= follower.last) return;
      follower.last = event.seq;
    }
    follower.handle(event);
  }
}

export const live = new Live();
