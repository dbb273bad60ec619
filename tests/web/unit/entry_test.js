import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Draft } from "../../../web/js/inbox/draft.js";
import { byAge, Entry, outcomeOf } from "../../../web/js/inbox/entry.js";

beforeEach(() => sessionStorage.clear());

/**
 * @param {string} id
 * @param {string} [created]
 */
const entry = (id, created = "2026-01-01T00:00:00Z") => {
  const request = {
    request_id: id,
    created_at: created,
    question: "Is this right?",
    reason: "review",
    project_name: "Shop",
  };
  return new Entry(/** @type {any} */ (request));
};

test("a person may respond until a response was sent or the request is closed", () => {
  const asked = entry("1");
  assert.equal(asked.open, true);
  for (const phase of /** @type {const} */ (["sending", "sent"])) {
    asked.reply = { phase, move: "approve" };
    assert.equal(asked.open, false, phase);
  }
  for (const phase of /** @type {const} */ (["waiting", "failed"])) {
    asked.reply = { phase, move: "approve" };
    assert.equal(asked.open, true, phase);
  }
  asked.outcome = { status: "approved", decision: null, mine: false };
  assert.equal(asked.open, false);
});

test("a response that was sent before a reload is still on its way", () => {
  const draft = new Draft("1");
  draft.sent = "reject";
  draft.save();
  assert.deepEqual(entry("1").reply, { phase: "sent", move: "reject" });
  assert.equal(entry("2").reply, null);
});

test("the oldest request comes first, and of two of one moment the one with the lower id", () => {
  const [late, early] = ["2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"];
  const sorted = [entry("1", late), entry("3", early), entry("2", early)].sort(byAge);
  assert.deepEqual(sorted.map(({ id }) => id), ["2", "3", "1"]);
});

test("the outcome of a request has the decision that was applied", () => {
  const [lost, applied] = [{ decision_id: "a", action: "reject" }, { decision_id: "b", action: "approve" }];
  const closed = /** @type {any} */ ({ status: "approved", decision_id: "b", history: [lost, applied] });
  assert.deepEqual(outcomeOf(closed), { status: "approved", decision: applied, mine: false });
  const expired = /** @type {any} */ ({ status: "expired", decision_id: null, history: [lost] });
  assert.deepEqual(outcomeOf(expired), { status: "expired", decision: null, mine: false });
});

test("an entry is named by its question and its project", () => {
  assert.equal(entry("1").name, "Is this right? Shop");
});
