import assert from "node:assert/strict";
import { test } from "node:test";
import { reworkLane, spread, stack } from "../../../web/js/pipeline/placement.js";

/** @typedef {import("../../../web/js/pipeline/layers.js").GraphNode} GraphNode */

const APART = 20;

/**
 * @param {string} name
 * @param {number} layer
 * @param {number} [order]
 * @returns {GraphNode}
 */
const node = (name, layer, order = 0) => ({
  name,
  layer,
  order,
  before: [],
  after: [],
  main: 100 * layer,
  end: 100 * layer + 50,
  cross: 0,
  half: 10,
});

/**
 * @param {GraphNode} from
 * @param {...GraphNode} to
 */
function connect(from, ...to) {
  for (const each of to) {
    from.after.push(each);
    each.before.push(from);
  }
}

/** A plan, then a build and documents beside each other, then a validation. */
function fork() {
  const [plan, build, documents, validate] = [node("plan", 0), node("build", 1), node("docs", 1, 1), node("test", 2)];
  connect(plan, build, documents);
  connect(build, validate);
  connect(documents, validate);
  return [[plan], [build, documents], [validate]];
}

/** @param {GraphNode[][]} rows */
const crosses = (rows) => rows.map((row) => row.map(({ cross }) => cross));

test("the nodes of a layer are beside each other, and a node is in the middle of its neighbours", () => {
  const rows = fork();
  spread(rows, APART);
  assert.deepEqual(crosses(rows), [[0], [-20, 20], [0]]);
});

test("a layer keeps its order and its distances, wherever its neighbours are", () => {
  const [first, second, left, right] = [node("a", 0), node("b", 0, 1), node("c", 1), node("d", 1, 1)];
  connect(first, right);
  connect(second, left);
  spread([[first, second], [left, right]], APART);
  for (const [one, other] of [[first, second], [left, right]]) {
    assert.ok(other.cross - one.cross > one.half + APART + other.half - 0.001);
  }
});

test("a rework runs on the side with fewer nodes, outside all that it passes", () => {
  const rows = fork();
  spread(rows, APART);
  const [[plan], [build, documents], [validate]] = rows;
  const rework = { to: "build", max_rounds: 3 };
  const lanes = [build, documents, plan].map((to) => reworkLane(validate, to, rework, rows));
  assert.deepEqual(lanes.map(({ side, edge, rounds }) => [side, edge, rounds]), [[-1, 30, 3], [1, 30, 3], [1, 30, 3]]);
});

test("lanes that overlap on one side are next to each other, the shortest innermost", () => {
  /**
   * @param {number} from
   * @param {number} to
   * @param {number} side
   */
  const lane = (from, to, side) => ({
    from: node("from", from),
    to: node("to", to),
    side,
    edge: 30,
    rounds: 1,
    reach: 0,
    cross: 0,
  });
  const [long, short, elsewhere, opposite] = [lane(3, 0, 1), lane(3, 2, 1), lane(1, 0, 1), lane(3, 0, -1)];
  stack([long, short, elsewhere, opposite], { clear: 16, lane: 26 });
  assert.deepEqual([long, short, elsewhere, opposite].map(({ cross }) => cross), [72, 46, 46, -46]);
});
