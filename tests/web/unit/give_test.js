import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptableTypes, mayBeGiven } from "../../../web/js/artifacts/give.js";

/** @import { ArtifactItem, Pipeline } from "../../../web/js/api.d.ts" */

/** @param {object} values */
const artifact = (
  values,
) => /** @type {ArtifactItem} */ (/** @type {unknown} */ ({
  type: "user_input",
  task_id: null,
  accepted_at: null,
  ...values,
}));

test("what a person added and the accepted result of a task may be given, until the project ends", () => {
  const [open, ended] = [{ id: "1", status: "waiting" }, { id: "1", status: "failed" }];
  assert.equal(mayBeGiven(artifact({}), open), true);
  assert.equal(mayBeGiven(artifact({}), ended), false);
  assert.equal(mayBeGiven(artifact({ accepted_at: "2026-11-28T12:00:00Z" }), open), false); // the brief
  const result = { type: "agent_output", task_id: "2" };
  assert.equal(mayBeGiven(artifact(result), open), false); // its request is open
  assert.equal(mayBeGiven(artifact({ ...result, accepted_at: "2026-11-28T12:00:00Z" }), open), true);
  assert.equal(mayBeGiven(artifact({ type: "project_plan", task_id: "3" }), open), false);
});

test("a result can become what a step writes and another one reads", () => {
  const pipeline = /** @type {Pipeline} */ (/** @type {unknown} */ ({
    stages: [
      { name: "plan", consumes: ["user_input"], produces: ["project_plan"] },
      { name: "build", consumes: ["project_plan"], produces: ["source_code"] },
    ],
  }));
  assert.deepEqual(acceptableTypes(pipeline), ["project_plan"]);
});
