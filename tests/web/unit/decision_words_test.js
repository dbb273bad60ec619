import assert from "node:assert/strict";
import { test } from "node:test";
import { namesOf } from "../../../web/js/namesakes.js";
import { approvals, decidedWords, stepOf } from "../../../web/js/project/decision-words.js";

/** @typedef {import("../../../web/js/project/decision-words.js").Decided} Decided */

/** @param {Partial<Decided>} fields @returns {Decided} */
const decision = (fields) => ({
  action: "approve",
  content_hash: null,
  redo: null,
  reason: "review",
  artifacts: [{ artifact_id: "a", type: "project_plan", version: 2, content_hash: "x" }],
  stage: "discovery",
  round: 1,
  ...fields,
});

test("what was done is said as people say it", () => {
  /** @param {Partial<Decided>} fields */
  const words = (fields) => decidedWords(decision(fields)).text;
  assert.equal(words({}), "approved");
  assert.equal(words({ action: "amend" }), "requested changes to");
  assert.equal(words({ action: "amend", content_hash: "x" }), "edited and approved");
  assert.equal(words({ action: "amend", redo: "plan" }), "sent back to plan");
  assert.equal(words({ action: "reject" }), "rejected");
});

test("a step without a result is tried again, not approved", () => {
  assert.equal(decidedWords(decision({ reason: "failed_step" })).text, "tried again at");
  assert.equal(
    decidedWords(decision({ reason: "failed_step", action: "amend", content_hash: "x" })).text,
    "supplied the result of",
  );
  assert.equal(decidedWords(decision({ reason: "tool_call" })).text, "permitted a call in");
  const ended = decision({ reason: "failed_step", action: "reject", stage: "build", artifacts: [] });
  assert.equal(decidedWords(ended).text, "ended the project at");
});

test("who approved what is one line a person, without requested changes and retries", () => {
  const decisions = [
    { ...decision({}), responder: "Maya" },
    { ...decision({ action: "amend" }), responder: "Jonas" },
    { ...decision({ artifacts: [], stage: "launch", round: 2 }), responder: "Maya" },
    { ...decision({ reason: "failed_step" }), responder: "Maya" },
  ];
  assert.deepEqual(approvals(decisions), [["Maya", "Project plan v2 and launch, round 2"]]);
});

test("who edited has approved the edited version", () => {
  const written = /** @type {import("../../../web/js/api.d.ts").ArtifactItem[]} */ (/** @type {unknown} */ ([
    { artifact_id: "b", based_on: "a", by_agent: false, type: "project_plan", version: 3 },
  ]));
  const edited = { ...decision({ action: "amend", content_hash: "y" }), responder: "Maya", principal_id: null };
  assert.deepEqual(approvals([edited], written), [["Maya", "Project plan v3"]]);
});

test("a first round has no number", () => {
  assert.equal(stepOf(decision({ stage: "build" })), "build");
  assert.equal(stepOf(decision({ stage: "build", round: 3 })), "build, round 3");
});

test("people of one name are told apart by the end of their ids", () => {
  const decided = (/** @type {string} */ name, /** @type {string | null} */ id) => ({
    responder: name,
    principal_id: id,
  });
  const all = [decided("Ana", "one-11111111"), decided("Ana", "two-22222222"), decided("Bo", "bob-33333333")];
  const nameOf = namesOf([...all, decided("Cy", null)]);
  assert.deepEqual(all.map(nameOf), ["Ana (11111111)", "Ana (22222222)", "Bo"]);
  assert.equal(nameOf(decided("Cy", null)), "Cy");
});
