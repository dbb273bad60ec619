import assert from "node:assert/strict";
import { test } from "node:test";
import { Refresher } from "../../../web/js/refresher.js";

test("what is asked for during the work is done once, after it", async () => {
  const leave = new AbortController();
  let [running, most, runs] = [0, 0, 0];
  /** @type {() => void} */
  let done = () => {};
  const twice = new Promise((resolve) => done = () => resolve(null));
  const refresher = new Refresher(async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    runs += 1;
    if (runs === 1) { for (let i = 0; i < 5; i += 1) refresher.ask(); }
    if (runs === 2) done();
  }, { gap: 1, signal: leave.signal });
  refresher.ask();
  await twice;
  await new Promise((resolve) => setTimeout(resolve, 20));
  leave.abort();
  assert.deepEqual([runs, most], [2, 1]);
});

test("a failure is reported and repeated, and so is its end", async () => {
  const leave = new AbortController();
  /** @type {unknown[]} */
  const reports = [];
  let runs = 0;
  await new Promise((resolve) => {
    const refresher = new Refresher(() => {
      runs += 1;
      if (runs === 1) throw new Error("not yet");
    }, {
      gap: 1,
      signal: leave.signal,
      failed(error) {
        reports.push(error);
        if (error) refresher.hurry();
        else resolve(null);
      },
    });
    refresher.ask();
  });
  leave.abort();
  assert.equal(runs, 2);
  assert.match(String(reports[0]), /not yet/);
  assert.equal(reports[1], null);
});

test("a machine that slept during the work does not postpone the next by that", async () => {
  const leave = new AbortController();
  const now = performance.now.bind(performance);
  let slept = 0;
  performance.now = () => now() + slept;
  /** @type {number[]} */
  const waits = [];
  const timeout = globalThis.setTimeout;
  globalThis.setTimeout =
    /** @type {typeof setTimeout} */ ((/** @type {() => void} */ done, /** @type {number} */ ms) => {
      waits.push(ms);
      return timeout(done, 0);
    });
  try {
    await new Promise((resolve) => {
      let runs = 0;
      const refresher = new Refresher(() => {
        runs += 1;
        if (runs === 1) {
          slept = 8 * 3_600_000;
          refresher.ask();
        } else resolve(null);
      }, { gap: 1, signal: leave.signal });
      refresher.ask();
    });
  } finally {
    globalThis.setTimeout = timeout;
    performance.now = now;
    leave.abort();
  }
  assert.ok(Math.max(...waits) <= 9_000, String(waits));
});
