import assert from "node:assert/strict";
import { test } from "node:test";
import { decidedInWords, moveLabel, outcomeInWords } from "../../../web/js/decisions.js";

/** @param {string} reason */
const request = (reason, task = { standalone_task_id: null }) => /** @type {any} */ ({ reason, task });

test("moves are called as in review tools, and by what they do for a failed step", () => {
  assert.equal(moveLabel(request("review"), "changes"), "Request changes");
  assert.equal(moveLabel(request("review"), "edit"), "Edit and approve");
  assert.equal(moveLabel(request("review"), "reject"), "Reject and end project");
  assert.equal(
    moveLabel(request("review", /** @type {any} */ ({ standalone_task_id: "1" })), "reject"),
    "Reject and end task",
  );
  const labels = /** @type {const} */ (["approve", "changes", "edit", "reject"]).map((move) =>
    moveLabel(request("failed_step"), move)
  );
  assert.deepEqual(labels, ["Try again", "Try again with advice", "Supply the result", "End project"]);
});

const REVIEW = /** @type {const} */ ({ reason: "review", stage: "plan" });

test("an amendment was an edit or a change request", () => {
  assert.equal(decidedInWords({ action: "amend", content_hash: "abc" }, REVIEW), "edited and approved it");
  assert.equal(decidedInWords({ action: "amend", content_hash: null }, REVIEW), "requested changes");
  assert.equal(decidedInWords({ action: "amend", redo: "plan" }, REVIEW), "requested changes of plan");
  assert.equal(outcomeInWords("amended", { action: "amend", content: "text" }, REVIEW), "Edited and approved");
  assert.equal(outcomeInWords("amended", { action: "amend" }, REVIEW), "Changes requested");
  assert.equal(outcomeInWords("approved", { action: "approve" }, REVIEW), "Approved");
});

test("about a step without a result, a person ended the project, and rejected nothing", () => {
  const failed = /** @type {const} */ ({ reason: "failed_step", stage: "build" });
  assert.equal(decidedInWords({ action: "reject" }, failed), "ended the project");
  assert.equal(decidedInWords({ action: "reject" }, { ...failed, stage: "task" }), "ended the task");
  assert.equal(outcomeInWords("rejected", { action: "reject" }, failed), "Ended the project");
  assert.equal(outcomeInWords("approved", { action: "approve" }, failed), "Tried again");
  assert.equal(outcomeInWords("amended", { action: "amend", content: "text" }, failed), "Supplied the result");
  assert.equal(decidedInWords({ action: "approve" }, { ...failed, reason: "budget" }), "raised the budget");
  assert.equal(decidedInWords({ action: "amend" }, { ...failed, reason: "tool_call" }), "refused the call");
  assert.equal(decidedInWords({ action: "reject" }, REVIEW), "rejected it");
  assert.equal(outcomeInWords("expired", null, failed), "Expired");
});
