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

test("an amendment was an edit or a change request", () => {
  assert.equal(decidedInWords({ action: "amend", content_hash: "abc" }), "edited and approved it");
  assert.equal(decidedInWords({ action: "amend", content_hash: null }), "requested changes");
  assert.equal(decidedInWords({ action: "amend", redo: "plan" }), "requested changes of plan");
  assert.equal(outcomeInWords("amended", { action: "amend", content: "text" }), "Edited and approved");
  assert.equal(outcomeInWords("amended", { action: "amend" }), "Changes requested");
  assert.equal(outcomeInWords("approved", { action: "approve" }), "Approved");
});
