import assert from "node:assert/strict";
import { test } from "node:test";
import { affects, choices, holds, stopped } from "../../../web/js/stops/wording.js";

const HERE = "01890a5d-ac96-774b-bcce-b302099a8057";
/** @type {{ scope: "all", project_id: null, role: null }} */
const ALL = { scope: "all", project_id: null, role: null };

test("what a stop holds is said from where the reader is", () => {
  assert.equal(stopped(ALL, HERE), "Everything");
  assert.equal(stopped({ ...ALL, scope: "project", project_id: HERE }, HERE), "This project");
  assert.equal(stopped({ ...ALL, scope: "project", project_id: "other" }, HERE), "Another project");
  assert.equal(stopped({ ...ALL, scope: "role", role: "coder" }, null), "The role coder in all projects");
  const role = /** @type {const} */ ({ scope: "role", role: "coder", project_id: HERE });
  assert.equal(stopped(role, HERE), "The role coder in this project");
  assert.equal(stopped({ ...ALL, scope: "step", project_id: HERE }, HERE), "A step of this project");
});

test("a stop affects its project, or all", () => {
  assert.ok(affects(ALL, HERE));
  assert.ok(affects({ project_id: HERE }, HERE));
  assert.ok(!affects({ project_id: "other" }, HERE));
});

test("a stop of a role or a step holds no other deadline", () => {
  const request = { project_id: HERE, agent_type: "coder", task_id: "t" };
  assert.ok(holds({ project_id: null, role: null, task_id: null }, request));
  assert.ok(holds({ project_id: HERE, role: "coder", task_id: null }, request));
  assert.ok(!holds({ project_id: HERE, role: "tester", task_id: null }, request));
  assert.ok(!holds({ project_id: HERE, role: null, task_id: "other" }, request));
});

const TASK = /** @type {const} */ ({ task_id: "t", agent_type: "coder", stage: "build", round: 2, status: "working" });

test("on a project's page the project comes first, and its running steps can be stopped", () => {
  const offered = choices(HERE, ["coder"], [TASK, { ...TASK, task_id: "done", status: "completed" }]);
  assert.deepEqual(offered.map(({ label }) => label), [
    "This project",
    "Everything, in all projects",
    "The coder in this project",
    "The step build, round 2 (coder)",
  ]);
  assert.deepEqual(offered.map(({ target }) => target), [
    { scope: "project", project_id: HERE },
    { scope: "all" },
    { scope: "role", role: "coder", project_id: HERE },
    { scope: "step", task_id: "t" },
  ]);
});

test("elsewhere everything comes first, and roles are those of all projects", () => {
  assert.deepEqual(choices(null, ["coder"], []).map(({ target }) => target), [
    { scope: "all" },
    { scope: "role", role: "coder" },
  ]);
});
