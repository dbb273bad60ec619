import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Draft } from "../../../web/js/inbox/draft.js";
import { uuid } from "../../../web/js/storage.js";

beforeEach(() => sessionStorage.clear());

test("what is typed is kept over a reload", () => {
  const draft = new Draft("1");
  draft.form = "amend";
  draft.type("amend", { way: "feedback", feedback: "Shorter, please" });
  draft.save();
  const again = new Draft("1");
  assert.equal(again.form, "amend");
  assert.equal(again.typed.amend.feedback, "Shorter, please");
  assert.equal(again.typedAction, "amend");
  assert.equal(new Draft("2").typedAction, null);
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
  draft.type("amend", { comment: "Changed" });
  draft.type("reject", { comment: "No" });
  assert.equal(draft.dropped("approve"), "amendment and your reason to reject");
  assert.equal(draft.dropped("amend"), "reason to reject");
  assert.deepEqual(draft.texts, [["Comment on the content", "Changed"], ["Reason to reject", "No"]]);
  draft.clear();
  assert.equal(draft.dropped("approve"), "");
  assert.equal(sessionStorage.length, 0);
});

test("a draft that is not readable is empty", () => {
  sessionStorage.setItem("botarmy.draft.1", "{broken");
  assert.equal(new Draft("1").typedAction, null);
});

test("ids are different", () => {
  assert.notEqual(uuid(), uuid());
});
