import assert from "node:assert/strict";
import { test } from "node:test";
import { nextBar, rows, spans } from "../../../web/js/timeline/rows.js";
import { needsCompressing, ticks, timeScale } from "../../../web/js/timeline/scale.js";

const START = Date.parse("2026-01-01T00:00:00Z");
/** @param {number} ms */
const at = (ms) => new Date(START + ms).toISOString();

/** @param {object} values */
const task = (values) => /** @type {import("../../../web/js/api.d.ts").TaskPublic} */ ({
  agent_type: "coder",
  status: "completed",
  ...values,
});
/** @param {object} values */
const request = (values) => /** @type {import("../../../web/js/api.d.ts").RequestItem} */ (values);

test("a task lasts until its decision, and an open one until now", () => {
  const tasks = [
    task({ task_id: "1", created_at: at(0), updated_at: at(1_000) }),
    task({ task_id: "2", created_at: at(1_000), updated_at: at(9_000) }),
    task({ task_id: "3", created_at: at(5_000), updated_at: at(6_000), status: "working" }),
  ];
  const requests = [
    request({ task_id: "2", status: "approved", created_at: at(2_000), decided_at: at(8_000) }),
  ];
  const found = spans(tasks, requests, START + 20_000);
  assert.deepEqual(found.map(({ from, worked, to }) => [from - START, worked - START, to - START]), [
    [0, 1_000, 1_000],
    [1_000, 2_000, 8_000],
    [5_000, 20_000, 20_000],
  ]);
});

test("bars that overlap in time are in different lanes", () => {
  const tasks = [0, 1_000, 2_500].map((from, index) =>
    task({ task_id: String(index), created_at: at(from), updated_at: at(from + 2_000) })
  );
  const found = spans(tasks, [], START);
  const scale = timeScale({ from: START, to: START + 5_000, width: 500 });
  const [row] = rows(found, ["coder"], scale);
  assert.equal(row.lanes, 2);
  assert.deepEqual(row.bars.map(({ lane }) => lane), [0, 1, 0]);
});

test("arrow keys lead from bar to bar", () => {
  const tasks = [
    task({ task_id: "1", created_at: at(0), updated_at: at(1) }),
    task({
      task_id: "2",
      agent_type: "tester",
      created_at: at(5),
      updated_at: at(6),
    }),
  ];
  const scale = timeScale({ from: START, to: START + 10, width: 500 });
  const agents = ["coder", "tester"];
  const bars = rows(spans(tasks, [], START), agents, scale).flatMap((row) => row.bars);
  assert.equal(nextBar("ArrowRight", bars, 0, agents), bars[1]);
  assert.equal(nextBar("ArrowDown", bars, 0, agents), bars[1]);
  assert.equal(nextBar("ArrowDown", bars, 1, agents), bars[1]);
  assert.equal(nextBar("a", bars, 0, agents), undefined);
});

test("to scale, an hour is as wide as an hour", () => {
  const scale = timeScale({ from: 0, to: 4, width: 400 });
  assert.deepEqual([0, 1, 2, 4, 9].map(scale.x), [0, 100, 200, 400, 400]);
});

test("a compressed scale is monotonic and leaves room for short steps", () => {
  const moments = [0, 10, 20, 3_600_000, 3_600_010];
  const scale = timeScale({ from: 0, to: 3_600_010, width: 1_000, moments, compressed: true });
  const places = moments.map(scale.x);
  assert.deepEqual(places, [...places].sort((a, b) => a - b));
  assert.ok(places[1] - places[0] > 5);
  assert.ok(scale.stretches.some(({ squeezed }) => squeezed));
});

test("times are written at least a minimum distance apart", () => {
  for (const compressed of [false, true]) {
    const moments = [0, 1e3, 2e3, 60e3, 61e3];
    const scale = timeScale({ from: 0, to: 120e3, width: 800, moments, compressed });
    const places = ticks(scale, 96).map(({ x }) => x);
    assert.ok(places.length > 1);
    places.slice(1).forEach((x, index) => assert.ok(x - places[index] >= 95.9));
  }
});

test("bars that could hardly be told apart need a compressed scale", () => {
  assert.equal(needsCompressing([1, 1, 1, 1_000], 1_000, 600), true);
  assert.equal(needsCompressing([500, 500], 1_000, 600), false);
  assert.equal(needsCompressing([], 1_000, 600), false);
});
