import assert from "node:assert/strict";
import { test } from "node:test";
import { EventLog, EventWindow } from "../../../web/js/feed/feed-log.js";

/**
 * @param {number} from
 * @param {number} to
 * @returns {import("../../../web/js/feed/feed-log.js").NumberedEvent[]}
 */
const events = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    event_type: "task_started",
    seq: from + index,
    project_id: "p",
    task_id: null,
    agent_type: null,
    data: { stage: "plan", round: 1, from_agent: null, feedback: null },
    timestamp: "2026-01-01T00:00:00Z",
  }));

/** @param {{ seq: number }[]} items */
const numbers = (items) => items.map(({ seq }) => seq);

test("what comes in at one end of a full window drops out at the other", () => {
  const window = new EventWindow(3);
  window.reset(events(1, 3), 1, 3);
  assert.equal(window.newer(events(4, 5), 5), 2);
  assert.deepEqual(numbers(window.items), [3, 4, 5]);
  assert.deepEqual([window.from, window.to], [3, 5]);
  assert.equal(window.older(events(1, 2), 1), 2);
  assert.deepEqual(numbers(window.items), [1, 2, 3]);
  assert.deepEqual([window.from, window.to], [1, 3]);
});

test("a window begins with the newest of more events than it holds", () => {
  const window = new EventWindow(2);
  window.reset(events(1, 9), 1, 9);
  assert.deepEqual(numbers(window.items), [8, 9]);
  assert.equal(window.from, 8);
});

test("the log delivers each event once and in order, and reads what the connection left out", async () => {
  const all = events(1, 12);
  let written = 5;
  globalThis.fetch = (input) => {
    const { searchParams } = new URL(String(input));
    const [since, limit] = [Number(searchParams.get("since")), Number(searchParams.get("limit"))];
    const items = all.slice(0, written).filter(({ seq }) => seq > since).slice(0, limit);
    return Promise.resolve(Response.json({ items, next_cursor: null, head: written }));
  };
  Object.defineProperty(globalThis, "location", { value: new URL("http://localhost/"), configurable: true });
  const model = Object.assign(new EventTarget(), { id: "p", project: { head: 5 } });
  const leave = new AbortController();
  const log = new EventLog(/** @type {any} */ (model), leave.signal, () => {});
  await new Promise((done) => log.addEventListener("open", done));
  assert.deepEqual(numbers(log.tail ?? []), [1, 2, 3, 4, 5]);

  /** @type {number[]} */
  const grown = [];
  const complete = new Promise((done) => {
    log.addEventListener("grown", (event) => {
      grown.push(...numbers(/** @type {CustomEvent} */ (event).detail));
      if (log.head === 12) done(null);
    });
  });
  /** @param {number[]} seqs */
  const receive = (...seqs) => {
    written = Math.max(written, ...seqs);
    const detail = seqs.map((seq) => all[seq - 1]);
    model.dispatchEvent(new CustomEvent("events", { detail }));
  };
  receive(6, 7);
  receive(7, 8);
  receive(11, 12); // 9 and 10 did not come over the connection
  await complete;
  leave.abort();
  assert.deepEqual(grown, [6, 7, 8, 9, 10, 11, 12]);
});

test("older events come from memory, and from REST only before the oldest that is kept", async () => {
  const all = events(1, 450);
  let read = 0;
  globalThis.fetch = (input) => {
    read += 1;
    const { searchParams } = new URL(String(input));
    const [since, limit] = [Number(searchParams.get("since")), Number(searchParams.get("limit"))];
    const items = all.filter(({ seq }) => seq > since).slice(0, limit);
    return Promise.resolve(Response.json({ items, next_cursor: null, head: 450 }));
  };
  Object.defineProperty(globalThis, "location", { value: new URL("http://localhost/"), configurable: true });
  const model = Object.assign(new EventTarget(), { id: "p", project: { head: 450 } });
  const log = new EventLog(/** @type {any} */ (model), new AbortController().signal, () => {});
  await new Promise((done) => log.addEventListener("open", done));
  assert.equal(read, 1);
  assert.deepEqual(numbers(await log.before(401)), numbers(events(351, 400)));
  assert.deepEqual(numbers(await log.before(260)), numbers(events(251, 259)));
  assert.equal(read, 1);
  assert.deepEqual(numbers(await log.before(251)), numbers(events(51, 250)));
  assert.equal(read, 2);
});
