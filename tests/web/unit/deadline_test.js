import assert from "node:assert/strict";
import { test } from "node:test";
import { byDeadline, consequence, effect, urgency } from "../../../web/js/inbox/deadline.js";

const NOW = new Date(2026, 10, 28, 12).getTime();
const HOUR = 3_600_000;

/**
 * @param {number} left ms
 * @param {object} [values]
 */
const request = (left, values) => ({
  created_at: new Date(NOW - HOUR).toISOString(),
  expires_at: new Date(NOW + left).toISOString(),
  at_expiry: { effect: /** @type {const} */ ("fails"), words: "the project fails" },
  ...values,
});

test("a request says what its deadline does, and when", () => {
  assert.match(consequence(request(2 * HOUR), NOW), /^The project fails at .*00.* if nobody decides\.$/);
  assert.match(consequence(request(30 * HOUR), NOW), /^The project fails on .*29/);
  assert.equal(consequence(request(-1), NOW), "The deadline has passed: the project fails.");
  const held = request(HOUR, { deadline_held: true });
  assert.equal(consequence(held, NOW), "The deadline is on hold. After it, the project fails.");
  assert.equal(effect(request(HOUR)), "fails");
});

test("a request is urgent when little of its time is left, unless its deadline is held", () => {
  assert.equal(urgency(request(23 * HOUR), NOW), "");
  assert.equal(urgency(request(HOUR / 20), NOW), "soon");
  assert.equal(urgency(request(0), NOW), "passed");
  assert.equal(urgency(request(-1, { deadline_held: true }), NOW), "");
});

test("the next deadline comes first, and those on hold last", () => {
  const [near, far, held] = [request(HOUR), request(9 * HOUR), request(1, { deadline_held: true })];
  assert.deepEqual([held, far, near].sort(byDeadline), [near, far, held]);
});
