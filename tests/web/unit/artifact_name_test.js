import assert from "node:assert/strict";
import { test } from "node:test";
import { isNamed, nameOf } from "../../../web/js/artifacts/name.js";

test("an artifact is called what people call it, and by its own name if it has one", () => {
  const result = { type: "agent_output", name: "agent_output-01a2232b-3cf2-7853-8000-0123456789ab" };
  assert.equal(nameOf(result), "Result of a task");
  assert.equal(nameOf({ type: "project_plan", name: "project_plan" }), "Project plan");
  assert.equal(nameOf({ type: "user_input", name: "brief" }), "Brief");
  assert.equal(nameOf({ type: "user_input", name: "house rules" }), "house rules");
  assert.deepEqual([result, { type: "user_input", name: "house rules" }].map(isNamed), [false, true]);
});
