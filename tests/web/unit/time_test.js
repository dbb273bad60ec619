import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, atTime, brief, clock, duration, remaining, timeOfDay, wholeSeconds } from "../../../web/js/time.js";

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
  assert.equal(brief(HOUR - 1), "1 h");
  assert.equal(brief(25 * HOUR), "25 h");
  assert.equal(brief(60 * HOUR), "3 d");
});

test("a moment under a minute away is now", () => {
  assert.equal(ago(0, 59_999), "just now");
  assert.equal(ago(59_999, 0), "now");
});

test("a moment is minutes, hours or days ago, or ahead", () => {
  assert.equal(ago(0, 3 * MINUTE), "3 min ago");
  assert.equal(ago(2 * HOUR, 0), "in 2 h");
  assert.equal(ago(0, 5 * DAY), "5 d ago");
});

test("what is left of a time is the time right after it began, and 0 only at its end", () => {
  for (
    const [whole, text] of /** @type {[number, string][]} */ ([
      [24 * HOUR, "24 h"],
      [HOUR, "1 h"],
      [30 * MINUTE, "30 min"],
      [7 * DAY, "7 d"],
      [MINUTE, "1 min"],
      [10 * SECOND, "10 s"],
    ])
  ) {
    for (const passed of [0, 1, 50, 900]) assert.equal(remaining(whole - passed), text, `${whole} - ${passed}`);
  }
  assert.equal(remaining(24 * HOUR - 31 * MINUTE), "23 h");
  assert.equal(remaining(90 * MINUTE - 1), "2 h");
  assert.equal(remaining(59 * SECOND), "59 s");
  assert.equal(remaining(1), "1 s");
  assert.equal(remaining(0), "0 s");
  assert.equal(remaining(-5), "0 s");
  assert.equal(brief(59 * MINUTE + 40 * SECOND), "1 h");
  assert.equal(brief(47 * HOUR + 40 * MINUTE), "2 d");
});

test("no unit is shown when it is full", () => {
  assert.equal(duration(999.6), "1.0 s");
  assert.equal(duration(59_960), "1 min 0 s");
  assert.equal(duration(HOUR - 400), "1 h 0 min");
  assert.equal(duration(DAY - 20 * SECOND), "1 d 0 h");
  assert.equal(duration(3 * DAY - 20 * MINUTE), "3 d 0 h");
});

test("a moment ahead or past is rounded to the nearest unit", () => {
  assert.equal(ago(24 * HOUR - 1, 0), "in 24 h");
  assert.equal(ago(HOUR - SECOND, 0), "in 1 h");
  assert.equal(ago(0, 2 * HOUR - SECOND), "2 h ago");
  assert.equal(ago(0, MINUTE), "1 min ago");
  assert.equal(ago(0, 7 * DAY - MINUTE), "7 d ago");
});

test("a time of today has no date", () => {
  const noon = new Date(2026, 10, 28, 12).getTime();
  assert.match(atTime(noon + 2 * HOUR, noon), /^at .*00/);
  assert.match(atTime(noon + DAY, noon), /^on .*29/);
});

test("a time of day is a clock of 24 hours", () => {
  assert.equal(timeOfDay(new Date(2026, 10, 28, 0, 5, 9)), "00:05:09");
  assert.equal(timeOfDay(new Date(2026, 10, 28, 14, 20, 5)), "14:20:05");
});
