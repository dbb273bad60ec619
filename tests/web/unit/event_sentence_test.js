import assert from "node:assert/strict";
import { test } from "node:test";
import { isOfKind } from "../../../web/js/feed/event-kinds.js";
import { badgeOf, plain, sentence } from "../../../web/js/feed/event-sentence.js";

/** @typedef {import("../../../web/js/api.d.ts").EventType} EventType */

/**
 * @param {EventType} type
 * @param {any} data
 * @returns {import("../../../web/js/api.d.ts").Event}
 */
const event = (type, data) => /** @type {any} */ ({
  event_type: type,
  seq: 1,
  project_id: "p",
  task_id: "t",
  agent_type: "coder",
  data,
  timestamp: "2026-01-01T00:00:00Z",
});

test("events are sentences", () => {
  assert.equal(
    plain({ ...event("workflow_event", { status: "paused", reason: null }), task_id: null }),
    "The project is paused",
  );
  assert.equal(plain(event("task_started", { stage: "build", round: 2 })), "Coder started build, round 2");
  assert.equal(
    plain(event("hitl_request", { stage: "plan", round: 1, reason: "review", question: "Is it right?" })),
    "Review after plan asks: “Is it right?”",
  );
  assert.equal(
    plain(
      event("hitl_request", { stage: "build", round: 2, reason: "failed_step", question: "x. You can try again." }),
    ),
    "The step build, round 2 failed, and needs a decision",
  );
  const alert = { kind: "project", unit: "usd", percent: 90, spent: 1.8, limit: 2, stage: "build" };
  assert.equal(
    plain(event("budget_alert", alert)),
    "90 % of the budget of the project is spent: 1.80 USD of 2.00 USD",
  );
  const accepted = [{ type: "project_plan", version: 2 }];
  const decision = { responder: "Anna", action: "amend", accepted, comment: null };
  assert.equal(plain(event("hitl_response", decision)), "Anna edited and approved project plan v2");
  const context = { context_id: "c", artifact_id: "a", type: "notes", name: "House rules", version: 2 };
  assert.equal(
    plain(event("context_withdrawn", { ...context, withdrawn_by: "Anna" })),
    "Anna withdrew House rules v2 from the crew",
  );
  const redo = { ...decision, stage: "build", round: 2, redo: "acceptance", comment: "R3 means 404." };
  const sentBack = "Anna sent the work from build, round 2 back to acceptance: “R3 means 404.”";
  assert.equal(plain(event("hitl_response", redo)), sentBack);
  const ended = { ...decision, action: "reject", accepted: [], stage: "build", round: 1, reason: "failed_step" };
  assert.equal(plain(event("hitl_response", ended)), "Anna ended the project at build");
  const again = { ...ended, action: "approve" };
  assert.equal(plain(event("hitl_response", again)), "Anna tried again at build");
});

test("a stop and its release say who, what and why", () => {
  const stop = { stop_id: "s", scope: "role", role: "coder", stopped: true, reason: "Too dear.", by: "Anna" };
  assert.equal(plain(event("stop_change", stop)), "Anna stopped the role coder: “Too dear.”");
  const released = { ...stop, scope: "all", role: null, stopped: false, by: "human", reason: "Continue." };
  assert.equal(plain(event("stop_change", released)), "A human released everything: “Continue.”");
  assert.ok(isOfKind("decisions", event("stop_change", stop)));
});

test("a retry says from where, by whom and why", () => {
  const retry = { status: "starting", retried_from: "build", by: "Anna", reason: "With SQLite." };
  /** @param {any} data */
  const told = (data) => plain({ ...event("workflow_event", data), task_id: null });
  assert.equal(told(retry), "The project is retried from build by Anna: “With SQLite.”");
  const alone = { status: "starting", retried_from: "build", by: "human" };
  assert.equal(told(alone), "The project is retried from build by a human");
});

test("a change of a project says what has changed", () => {
  const change = { by: "Anna", name: "Visitors", owner: null, tags: [], archived: true, kept: true };
  assert.equal(
    plain(event("project_change", change)),
    "Anna renamed the project to “Visitors”, removed its owner, removed its tags, archived the project, marked it to be kept",
  );
  assert.equal(plain(event("project_change", { by: "Anna", owner: "Bo" })), "Anna gave it to Bo");
  assert.equal(plain(event("project_change", { by: "Anna", tags: ["a", "b"] })), "Anna tagged it a, b");
  assert.ok(isOfKind("decisions", event("project_change", change)));
});

test("what a person asks for has the name", () => {
  const paused = event("project_control", { action: "pause", by: "Anna" });
  assert.equal(plain(paused), "Anna asked to pause the project");
  assert.ok(isOfKind("decisions", paused));
});

test("an event about the workflow of a task says nothing about the project", () => {
  const reason = "the workflow of this task continues";
  assert.equal(
    plain(event("workflow_event", { status: "waiting", reason })),
    `A task outside the pipeline: “${reason}”`,
  );
  const project = { ...event("workflow_event", { status: "waiting", reason }), task_id: null };
  assert.equal(plain(project), `The project is waiting for a human: “${reason}”`);
});

test("what a person or an agent wrote is a part of its own, and hides nothing", () => {
  const parts = sentence(event("error", { message: "broken\u202e" }));
  assert.deepEqual(parts, [{ text: "broken‹U+202E›" }]);
});

test("an unknown type is shown by its name", () => {
  assert.equal(plain(event(/** @type {EventType} */ ("something_new"), {})), "something new");
});

test("an event belongs to the kinds that a reader can choose", () => {
  const failed = event("task_failed", { stage: "build", round: 1, error: "x" });
  assert.deepEqual(["all", "agents", "errors", "decisions"].map((kind) => isOfKind(kind, failed)), [
    true,
    true,
    true,
    false,
  ]);
  assert.equal(isOfKind("decisions", event("hitl_expired", {})), true);
  assert.equal(isOfKind("artifacts", event("artifact_created", {})), true);
  assert.equal(isOfKind("errors", event("workflow_event", { status: "failed" })), true);
});

test("the mark of an event depends on its type, its status and its verdict", () => {
  assert.deepEqual(badgeOf(event("workflow_event", { status: "completed" })), ["completed", "good"]);
  assert.deepEqual(badgeOf(event("task_completed", { verdict: "failed" })), ["failed", "bad"]);
  assert.deepEqual(badgeOf(event("workflow_event", { status: "unheard" })), ["idle", "calm"]);
});
