import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, brief, clock, duration, wholeSeconds } from "../../../web/js/time.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("a running step has a clock", () => {
  assert.deepEqual([-5, 9_400, 100_000, HOUR + 5 * MINUTE].map(clock), ["0:00", "0:09", "1:40", "1:05:00"]);
});

test("a duration is shown in its two largest units", () => {
  assert.equal(duration(-5), "0 ms");
  assert.equal(duration(849.6), "850 ms");
  assert.equal(duration(12_400), "12.4 s");
  assert.equal(duration(3 * MINUTE + 20 * SECOND), "3 min 20 s");
  assert.equal(duration(2 * HOUR + 5 * MINUTE), "2 h 5 min");
  assert.equal(duration(3 * DAY + 4 * HOUR), "3 d 4 h");
});

test("a duration that is kept up to date has no fractions", () => {
  assert.equal(wholeSeconds(12_999), "12 s");
  assert.equal(wholeSeconds(MINUTE), "1 min 0 s");
});

test("a brief duration is its largest unit", () => {
  assert.equal(brief(12_999), "12 s");
  assert.equal(brief(HOUR - 1), "59 min");
  assert.equal(brief(25 * HOUR), "1 d");
});

test("a moment under a minute away is now", () => {
  assert.equal(ago(0, 59_999), "now");
  assert.equal(ago(59_999, 0), "now");
});

test("a moment is minutes, hours or days ago, or ahead", () => {
  assert.match(ago(0, 3 * MINUTE), /^3 ?m.*ago$/);
  assert.match(ago(2 * HOUR, 0), /^in 2 ?h/);
  assert.match(ago(0, 5 * DAY), /^5 ?d.*ago$/);
});
