import assert from "node:assert/strict";
import { test } from "node:test";
import { Entry } from "../../../web/js/inbox/entry.js";
import { byUrgency, grouped } from "../../../web/js/inbox/groups.js";
import { heading, rowTitle } from "../../../web/js/inbox/titles.js";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const HOUR = 3_600_000;

/**
 * @param {string} id
 * @param {number} hours left
 * @param {object} [fields]
 */
const entry = (id, hours, fields) =>
  new Entry(
    /** @type {any} */ ({
      request_id: id,
      reason: "review",
      created_at: "2025-12-31T00:00:00Z",
      expires_at: new Date(NOW + hours * HOUR).toISOString(),
      project_id: "p1",
      project_name: "Shop",
      stage: "plan",
      ...fields,
    }),
  );

test("failures come first, then what expires first, and what is on hold last", () => {
  const all = [
    entry("held", 1, { deadline_held: true }),
    entry("late", 48),
    entry("soon", 0.5),
    entry("failed", 90, { reason: "failed_step" }),
  ].sort(byUrgency);
  assert.deepEqual(all.map(({ id }) => id), ["failed", "soon", "late", "held"]);
  assert.deepEqual(
    grouped(all, "deadline", NOW).map(({ name }) => name),
    ["Failed or stopped", "Within an hour", "Within a week", "On hold"],
  );
});

test("the list is grouped by project or step, in the order of the most urgent of each", () => {
  const all = [entry("1", 1), entry("2", 2, { project_id: "p2", stage: "design" }), entry("3", 3)];
  assert.deepEqual(grouped(all, "project").map(({ entries }) => entries.map(({ id }) => id)), [["1", "3"], ["2"]]);
  assert.deepEqual(grouped(all, "step").map(({ name }) => name), ["Plan", "Design"]);
});

test("a request is called by its document, and a failed step by who failed on what", () => {
  const request = /** @type {any} */ ({
    agent_type: "coder",
    stage: "build",
    reason: "review",
    artifacts: [{ type: "software_specification", version: 2 }],
  });
  assert.equal(heading(request), "Review: Software specification v2");
  assert.equal(rowTitle(request), "Software specification v2 · review");
  assert.equal(heading({ ...request, reason: "failed_step", artifacts: [] }), "Coder failed on build");
});
