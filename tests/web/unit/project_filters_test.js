import assert from "node:assert/strict";
import { test } from "node:test";
import { numberOf } from "../../../web/js/projects/filters.js";

/** @type {import("../../../web/js/api.d.ts").ProjectCounts} */
const all = {
  statuses: { waiting: 12, completed: 4_987, failed: 14 },
  owners: [],
  tags: [],
  archived: 0,
  capped: [],
};

test("a choice has the number of its projects", () => {
  assert.equal(numberOf("waiting", ["waiting"], all), "12");
  assert.equal(numberOf("all", [], all), "5,013");
  assert.equal(numberOf("archived", [], all), "0");
});

test("a number is a lower bound if not all of its projects were counted", () => {
  const capped = {
    ...all,
    archived: 7,
    capped: /** @type {typeof all.capped} */ (["completed", "failed", "cancelled"]),
  };
  assert.equal(numberOf("waiting", ["waiting"], capped), "12");
  assert.equal(numberOf("completed", ["completed"], capped), "4,900+");
  assert.equal(numberOf("failed", ["failed"], capped), "14+");
  assert.equal(numberOf("all", [], capped), "5,000+");
  assert.equal(numberOf("archived", [], capped), "7+");
  assert.equal(numberOf("cancelled", ["cancelled"], capped), "0+");
});
