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

test("a result can become what a step has written, and a step reads that has not begun", () => {
  const pipeline = /** @type {Pipeline} */ (/** @type {unknown} */ ({
    stages: [
      { name: "plan", consumes: ["user_input"], produces: ["project_plan"] },
      { name: "build", consumes: ["project_plan"], produces: ["source_code"] },
      { name: "test", consumes: ["source_code", "project_plan"], produces: ["test_results"] },
    ],
  }));
  const result = artifact({ type: "agent_output", media_type: "text/markdown" });
  const plan = artifact({ type: "project_plan", media_type: "text/markdown", accepted_at: "2026-11-28T12:00:00Z" });
  const code = artifact({ ...plan, type: "source_code", media_type: "application/vnd.botarmy.files+json" });
  /**
   * @param {ArtifactItem[]} artifacts
   * @param {...string} begun
   */
  const types = (artifacts, ...begun) => acceptableTypes(result, { pipeline, begun: new Set(begun), artifacts });
  assert.deepEqual(types([plan, code], "plan", "build"), ["project_plan"]); // the result is no code
  assert.deepEqual(types([plan], "plan", "build", "test"), []); // nothing would read it
  assert.deepEqual(types([artifact({ ...plan, accepted_at: null })], "plan"), []); // it is under review
});
