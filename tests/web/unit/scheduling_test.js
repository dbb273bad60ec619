import assert from "node:assert/strict";
import { test } from "node:test";
import { coalesced, FrameScheduler, inSlices } from "../../../web/js/scheduling.js";

/** Take longer than a slice. */
function beBusy() {
  const until = performance.now() + 11;
  let turns = 0;
  while (performance.now() < until) turns += 1;
  return turns;
}

/** @param {number} count */
function slowSteps(count) {
  let ran = 0;
  return {
    get ran() {
      return ran;
    },
    next() {
      beBusy();
      ran += 1;
      return { done: ran === count };
    },
  };
}

test("all steps run, and something else may run between two slices", async () => {
  const steps = slowSteps(3);
  const between = new Promise((done) => setTimeout(() => done(steps.ran)));
  const finished = inSlices(steps, new AbortController().signal);
  assert.equal(steps.ran, 1); // the first slice runs at once
  await finished;
  assert.equal(steps.ran, 3);
  assert.equal(await between, 1);
});

test("no slice starts after the abort", async () => {
  const [steps, leave] = [slowSteps(3), new AbortController()];
  const finished = inSlices(steps, leave.signal);
  leave.abort();
  await finished;
  assert.equal(steps.ran, 1);
});

test("the work runs once for all calls in one turn of the event loop", async () => {
  let runs = 0;
  const ask = coalesced(() => {
    runs += 1;
  });
  ask();
  ask();
  assert.equal(runs, 0);
  await Promise.resolve();
  assert.equal(runs, 1);
  ask();
  await Promise.resolve();
  assert.equal(runs, 2);
});

test("the work runs once a frame, and after a burst it waits", async () => {
  /** @type {(() => void)[]} */
  const frames = [];
  /** @param {() => void} run */
  const requestAnimationFrame = (run) => frames.push(run);
  Object.assign(globalThis, { document: { hidden: false }, requestAnimationFrame });
  let [runs, rows] = [0, 1];
  let done = () => {};
  const scheduler = new FrameScheduler(() => {
    runs += 1;
    if (rows > 50) beBusy();
    done();
    return rows;
  });
  scheduler.ask();
  scheduler.ask();
  assert.deepEqual([runs, frames.length], [0, 1]);
  rows = 51;
  frames.pop()?.();
  assert.equal(runs, 1);
  await new Promise((painted) => setTimeout(painted));
  rows = 1;
  const later = new Promise((resolve) => done = () => resolve(null));
  scheduler.ask();
  assert.deepEqual([runs, frames.length], [1, 0]); // no frame is asked for until the pause is over
  await later;
  assert.equal(runs, 2);
});
