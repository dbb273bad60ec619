import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { projectAnnouncer } from "../../../web/js/project/announcements.js";

class HTMLElement {
  textContent = "";
}

const region = new HTMLElement();
/** @type {(() => void)[]} */
let timers = [];
/** @param {() => void} run */
const setTimeout = (run) => timers.push(run);
Object.assign(globalThis, { HTMLElement, document: { querySelector: () => region }, setTimeout });

beforeEach(() => {
  region.textContent = "";
  timers = [];
});

/** A project whose plan is being written, and its announcer. */
function opened() {
  const model = { project: { status: "active" }, stages: new Map([["plan", { state: "working", round: 1 }]]) };
  return { model, changed: projectAnnouncer(/** @type {any} */ (model), new AbortController().signal) };
}

test("of the states of a stage in a short time, only the last is announced", () => {
  const { model, changed } = opened();
  model.stages.set("plan", { state: "completed", round: 1 });
  changed();
  model.stages.set("plan", { state: "redo", round: 1 });
  model.stages.set("build", { state: "working", round: 2 });
  changed();
  assert.deepEqual([timers.length, region.textContent], [1, ""]);
  timers[0]();
  assert.equal(region.textContent, "plan is to be repeated. build is working, round 2.");
});

test("nothing is announced that has not changed, or that has not started", () => {
  const { model, changed } = opened();
  model.stages.set("build", { state: "pending", round: 0 });
  changed();
  assert.equal(timers.length, 0);
});

test("a pause, its end and the end of a project are announced", () => {
  const { model, changed } = opened();
  const said = {
    paused: "The project is paused.",
    waiting: "The project has resumed.",
    completed: "The project is completed.",
  };
  for (const [status, sentence] of Object.entries(said)) {
    model.project.status = status;
    changed();
    timers.pop()?.();
    assert.equal(region.textContent, sentence);
  }
});
