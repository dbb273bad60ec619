import assert from "node:assert/strict";
import { test } from "node:test";
import { layered } from "../../../web/js/pipeline/layers.js";
import { layout } from "../../../web/js/pipeline/layout.js";
import { gateAsks, stageStates, upstream } from "../../../web/js/pipeline/stages.js";

/** @typedef {import("../../../web/js/api.d.ts").Stage} Stage */

/**
 * @param {string} name
 * @param {string[]} consumes
 * @param {string[]} produces
 * @param {Partial<Stage>} [more]
 */
const stage = (name, consumes, produces, more = {}) => /** @type {Stage} */ ({
  name,
  agent: "coder",
  consumes,
  produces,
  gate: null,
  rework: null,
  ...more,
});

const PIPELINE = {
  name: "delivery",
  description: "",
  roles: [],
  budget: null,
  artifacts: [],
  stages: [
    stage("plan", ["user_input"], ["project_plan"]),
    stage("design", ["project_plan"], ["system_architecture"]),
    stage("build", ["project_plan", "system_architecture"], ["source_code"]),
    stage("tests", ["project_plan"], ["agent_output"]),
    stage("validate", ["source_code", "agent_output"], ["test_results"], { rework: { to: "build", max_rounds: 3 } }),
  ],
};

test("a stage depends on the producers of what it consumes", () => {
  assert.deepEqual(Object.fromEntries(upstream(PIPELINE)), {
    plan: [],
    design: ["plan"],
    build: ["plan", "design"],
    tests: ["plan"],
    validate: ["build", "tests"],
  });
});

test("each stage is in a layer after all that it depends on", () => {
  const { nodes } = layered(PIPELINE);
  for (const [name, sources] of upstream(PIPELINE)) {
    for (const source of sources) {
      assert.ok((nodes.get(source)?.layer ?? 0) < (nodes.get(name)?.layer ?? 0), `${source} is before ${name}`);
    }
  }
});

test("an edge that a longer way implies is left out", () => {
  const { chains } = layered(PIPELINE);
  const edges = chains.map((chain) => `${chain[0].name}-${chain[chain.length - 1].name}`);
  assert.ok(edges.includes("design-build"));
  assert.ok(!edges.includes("plan-build"));
});

for (const room of [320, 700, 1400]) {
  test(`no two stages overlap in ${room} pixels, and all fit into the drawing`, () => {
    const { boxes, width, height, reworks } = layout(PIPELINE, { gated: new Set(["plan"]), room });
    const all = [...boxes.values()];
    assert.equal(all.length, PIPELINE.stages.length);
    for (const [index, one] of all.entries()) {
      assert.ok(one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height);
      for (const other of all.slice(index + 1)) {
        const apart = one.x + one.width <= other.x || other.x + other.width <= one.x ||
          one.y + one.height <= other.y || other.y + other.height <= one.y;
        assert.ok(apart);
      }
    }
    assert.deepEqual(reworks.map(({ from, to, rounds }) => [from, to, rounds]), [["validate", "build", 3]]);
  });
}

test("the flow runs down where there is little room", () => {
  assert.equal(layout(PIPELINE, { room: 599 }).down, true);
  assert.equal(layout(PIPELINE, { room: 600 }).down, false);
});

test("a project's oversight decides which gates ask", () => {
  const gate = /** @type {Stage["gate"]} */ ({ ask: "on_low_confidence", important: true, question: "" });
  const gated = stage("plan", [], [], { gate });
  assert.equal(gateAsks(gated, "high"), "always");
  assert.equal(gateAsks(gated, "medium"), "always");
  assert.equal(gateAsks(gated, "low"), "never");
  assert.equal(gateAsks(gated, null), "on_low_confidence");
  assert.equal(gateAsks(stage("plan", [], []), "high"), "never");
  assert.equal(gateAsks(stage("plan", [], [], { risk: "high" }), "low"), "always");
});

test("a stage has the state of its newest task, its open gate or its rejected result", () => {
  /** @param {object} values */
  const task = (values) => /** @type {import("../../../web/js/api.d.ts").TaskPublic} */ ({
    round: 1,
    accepted: false,
    created_at: "1",
    ...values,
  });
  const tasks = [
    task({ task_id: "1", stage: "plan", status: "completed", accepted: true }),
    task({ task_id: "2", stage: "design", status: "completed" }),
    task({ task_id: "3", stage: "build", status: "failed" }),
    task({ task_id: "4", stage: "build", status: "working", round: 2 }),
    task({ task_id: "5", stage: "tests", status: "completed" }),
  ];
  /** @param {object} values */
  const request = (values) => /** @type {import("../../../web/js/api.d.ts").RequestItem} */ (values);
  const open = [request({ stage: "design", task_id: "2", status: "pending" })];
  const states = stageStates(PIPELINE, tasks, open, [request({ task_id: "5", status: "rejected" })]);
  assert.deepEqual(Object.fromEntries([...states].map(([name, { state, round }]) => [name, [state, round]])), {
    plan: ["completed", 1],
    design: ["waiting_for_hitl", 1],
    build: ["working", 2],
    tests: ["rejected", 1],
    validate: ["pending", 0],
  });
});
