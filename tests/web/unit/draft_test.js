import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Draft } from "../../../web/js/inbox/draft.js";
import { uuid } from "../../../web/js/storage.js";

beforeEach(() => sessionStorage.clear());

test("what is typed is kept over a reload", () => {
  const draft = new Draft("1");
  draft.form = "changes";
  draft.type("changes", { feedback: "Shorter, please" });
  draft.save();
  const again = new Draft("1");
  assert.equal(again.form, "changes");
  assert.equal(again.typed.changes.feedback, "Shorter, please");
  assert.equal(again.typedMove, "changes");
  assert.equal(new Draft("2").typedMove, null);
});

test("a decision_id stays the same until what is typed changes", () => {
  const draft = new Draft("1");
  const first = draft.decisionId("approve");
  assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(draft.decisionId("approve"), first);
  assert.equal(new Draft("1").decisionId("approve"), first);
  draft.type("reject", { comment: "No" });
  assert.equal(draft.decisionId("approve"), first);
  draft.type("approve", { comment: "Fine" });
  assert.notEqual(draft.decisionId("approve"), first);
  draft.clear();
});

test("a response says which other drafts it drops", () => {
  const draft = new Draft("1");
  draft.type("edit", { comment: "Changed" });
  draft.type("reject", { comment: "No" });
  assert.equal(draft.dropped("approve"), "edit and your reason to reject");
  assert.equal(draft.dropped("edit"), "reason to reject");
  assert.deepEqual(draft.texts, [["Comment on the content", "Changed"], ["Reason to reject", "No"]]);
  draft.clear();
  assert.equal(draft.dropped("approve"), "");
  assert.equal(sessionStorage.length, 0);
});

test("a draft that was discarded can be restored", () => {
  const draft = new Draft("1");
  draft.form = "changes";
  draft.type("changes", { feedback: "Shorter, please" });
  const restore = draft.clear();
  assert.equal(draft.typedMove, null);
  assert.equal(new Draft("1").typedMove, null);
  restore();
  assert.equal(new Draft("1").typed.changes.feedback, "Shorter, please");
  assert.equal(draft.form, "changes");
  draft.clear();
});

test("a draft of an earlier version of the page opens no form", () => {
  sessionStorage.setItem(
    "botarmy.draft.1",
    JSON.stringify({ form: "amend", sent: "amend", amend: { way: "content" } }),
  );
  const { form, sent, typedMove } = new Draft("1");
  assert.deepEqual([form, sent, typedMove], [null, null, null]);
});

test("a draft that is not readable is empty", () => {
  sessionStorage.setItem("botarmy.draft.1", "{broken");
  assert.equal(new Draft("1").typedMove, null);
});

test("ids are different", () => {
  assert.notEqual(uuid(), uuid());
});
