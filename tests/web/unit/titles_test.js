import assert from "node:assert/strict";
import { test } from "node:test";
import { asked } from "../../../web/js/inbox/titles.js";

test("a failure is said by what happened, and a review by its question", () => {
  const request = {
    question: "Rehearsed failure. You can try again, or end the work here.",
    title: "Coder failed on build",
  };
  const failed = /** @type {const} */ ({ ...request, reason: "failed_step", cause: "Rehearsed failure" });
  assert.equal(asked(failed), "Coder failed on build: Rehearsed failure");
  assert.equal(asked({ ...failed, cause: null }), "Coder failed on build");
  assert.equal(asked({ ...failed, reason: "review", question: "Is it right?" }), "Is it right?");
});
