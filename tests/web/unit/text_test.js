import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, count, status, title, waitInWords } from "../../../web/js/labels.js";
import { capitalised, comparable, grouped, joined, visible } from "../../../web/js/text.js";

test("texts compare without case, however their accents are encoded", () => {
  assert.equal(comparable("CAFÉ"), comparable("cafe\u0301"));
  assert.equal(comparable("Straße"), comparable("STRASSE"));
  assert.equal(comparable("İstanbul"), comparable("istanbul"));
  assert.equal(comparable("ΟΔΟΣ"), comparable("οδος"));
  assert.notEqual(comparable("Café"), comparable("cafe"));
});

test("control characters and marks of direction become visible", () => {
  assert.equal(visible("a\0b"), "a\u2400b");
  assert.equal(visible("invoice\u202efdp.exe"), "invoice‹U+202E›fdp.exe");
  assert.equal(visible("two\nlines\tand a tab"), "two\nlines\tand a tab");
});

test("words are written as people write them", () => {
  assert.equal(title("software_specification"), "Software specification");
  assert.equal(capitalised(""), "");
  assert.equal(count(1, "project"), "1 project");
  assert.equal(count(0, "project"), "0 projects");
});

test("words and numbers are written as in a sentence", () => {
  assert.deepEqual(["", "a", "a b", "a b c"].map((words) => joined(words.split(" "))), [
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
  assert.deepEqual([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
  assert.equal(count(12_300, "token"), "12,300 tokens");
});

test("sizes are in bytes, KiB or MiB", () => {
  assert.equal(bytes(1023), "1023 B");
  assert.equal(bytes(1536), "1.5 KiB");
  assert.equal(bytes(3 * 1024 ** 2), "3.0 MiB");
});

test("a status that the page does not know is shown by its name", () => {
  assert.deepEqual(status("hitl", "approved"), { word: "Approved", tone: "good", mark: "completed" });
  assert.deepEqual(status("task", "paused"), { word: "paused", tone: "calm", mark: "pending" });
});

test("a wait has its reason, and how long it takes if that is known", () => {
  assert.equal(waitInWords({ reason: "retry", seconds: 4 }), "Asks again: 4 s");
  assert.equal(waitInWords({ reason: "rate_limit", seconds: 29.6 }), "Rate-limited: 30 s");
  assert.equal(waitInWords({ reason: "turn", seconds: null }), "Waits for its turn");
  assert.equal(waitInWords({ reason: "turn", seconds: 0.2 }), "Waits for its turn");
});
