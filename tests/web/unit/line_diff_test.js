import assert from "node:assert/strict";
import { test } from "node:test";
import { changes } from "../../../web/js/inbox/line-diff.js";

test("equal texts have no changes", () => {
  assert.deepEqual(changes("a\nb", "a\nb"), []);
});

test("changes are the removed and added lines in the order of the text", () => {
  assert.deepEqual(changes("a\nb\nc", "a\nx\nc\nd"), [["-", "b"], ["+", "x"], ["+", "d"]]);
});

test("the number of changes is the least possible", () => {
  const [before, after] = ["a b c a b b a".split(" ").join("\n"), "c b a b a c".split(" ").join("\n")];
  assert.equal(changes(before, after).length, 5); // the example of Myers' paper
});

test("texts that differ too much count as replaced", () => {
  const lines = Array.from({ length: 1_200 }, (_, index) => index);
  const found = changes(lines.map((line) => `old ${line}`).join("\n"), lines.map((line) => `new ${line}`).join("\n"));
  assert.equal(found.length, 2_400);
  assert.deepEqual([found[0], found[1_200]], [["-", "old 0"], ["+", "new 0"]]);
});
