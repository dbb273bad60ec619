import assert from "node:assert/strict";
import { test } from "node:test";
import { Subscriptions } from "../../../web/js/subscriptions.js";

/**
 * @param {number | null} seq
 * @param {string} [project]
 * @returns {import("../../../web/js/subscriptions.js").Frame}
 */
const event = (seq, project = "p") => ({
  event_type: seq === null ? "task_progress" : "task_started",
  seq,
  project_id: project,
  task_id: null,
  agent_type: null,
  data: {},
  timestamp: "2026-01-01T00:00:00Z",
});

/** @param {string} type */
const control = (type, project = "p") => ({ ...event(null, project), event_type: type });

test("an event that was delivered before is dropped", () => {
  const subscriptions = new Subscriptions();
  /** @type {(number | null)[]} */
  const seen = [];
  subscriptions.follow("p", 3, ({ seq }) => seen.push(seq));
  for (const seq of [2, 3, 4, 4, 5, 3]) subscriptions.deliver(event(seq));
  assert.deepEqual(seen, [4, 5]);
});

test("events without a number are delivered as they come", () => {
  const subscriptions = new Subscriptions();
  let count = 0;
  subscriptions.follow("p", 0, () => count += 1);
  subscriptions.deliver(event(null));
  subscriptions.deliver(event(null));
  assert.equal(count, 2);
});

test("a new connection resumes after the last event that was delivered", () => {
  const subscriptions = new Subscriptions();
  assert.deepEqual(subscriptions.follow("p", 3, () => {}), { action: "subscribe", project_id: "p", since: 3 });
  subscriptions.watch(() => {});
  subscriptions.deliver(event(4));
  subscriptions.deliver(event(5));
  assert.deepEqual(subscriptions.frames(), [
    { action: "watch" },
    { action: "subscribe", project_id: "p", since: 5 },
  ]);
});

test("events of a project that is no longer followed are dropped", () => {
  const subscriptions = new Subscriptions();
  let count = 0;
  subscriptions.follow("p", 0, () => count += 1);
  assert.deepEqual(subscriptions.unfollow("p"), { action: "unsubscribe", project_id: "p" });
  subscriptions.deliver(event(1));
  assert.equal(count, 0);
  assert.deepEqual(subscriptions.frames(), []);
});

test("a project cannot be followed twice", () => {
  const subscriptions = new Subscriptions();
  subscriptions.follow("p", 0, () => {});
  assert.throws(() => subscriptions.follow("p", 0, () => {}));
});

test("watchers get the project that changed, and null when any may have", () => {
  const subscriptions = new Subscriptions();
  /** @type {(string | null)[]} */
  const seen = [];
  /** @param {string | null} project */
  const watcher = (project) => seen.push(project);
  assert.equal(subscriptions.watch(watcher), true);
  subscriptions.deliver(control("watching"));
  subscriptions.deliver(control("project_changed", "q"));
  subscriptions.deliver(control("heartbeat"));
  assert.deepEqual(seen, [null, "q"]);
  assert.equal(subscriptions.unwatch(watcher), true);
});

test("a project can be followed from now on, and resumes after what was delivered", () => {
  const subscriptions = new Subscriptions();
  assert.deepEqual(subscriptions.follow("p", null, () => {}), { action: "subscribe", project_id: "p" });
  assert.deepEqual(subscriptions.frames(), [{ action: "subscribe", project_id: "p" }]);
  subscriptions.deliver(event(null));
  subscriptions.deliver(event(7));
  assert.deepEqual(subscriptions.frames(), [{ action: "subscribe", project_id: "p", since: 7 }]);
});

test("what models write is asked for while the project is read and the page is seen", () => {
  const subscriptions = new Subscriptions();
  subscriptions.follow("p", 3, () => assert.fail("no event has come"));
  /** @type {string[]} */
  const seen = [];
  const again = (/** @type {object} */ live) => [
    { action: "unsubscribe", project_id: "p" },
    { action: "subscribe", project_id: "p", since: 3, ...live },
  ];
  assert.deepEqual(subscriptions.read("p", ({ event_type: type }) => seen.push(type)), again({ live: true }));
  subscriptions.deliver(control("live"));
  assert.deepEqual(seen, ["live"]);
  assert.deepEqual(subscriptions.frames(), again({ live: true }).slice(1));
  assert.deepEqual(subscriptions.see(true), []);
  assert.deepEqual(subscriptions.see(false), again({}));
  assert.deepEqual(subscriptions.frames(), again({}).slice(1));
  assert.deepEqual(subscriptions.see(true), again({ live: true }));
  assert.deepEqual(subscriptions.read("p", null), again({}));
  subscriptions.unfollow("p");
  assert.deepEqual(subscriptions.see(false), []);
  subscriptions.deliver(control("live"));
  assert.deepEqual(seen, ["live"]);
});
