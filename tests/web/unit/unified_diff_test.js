import assert from "node:assert/strict";
import { test } from "node:test";
import { changedParts, parse } from "../../../web/js/artifacts/unified-diff.js";

const EDIT = `--- a/app.py
+++ b/app.py
@@ -1,3 +1,3 @@
 import os
-print("hello")
+print("hello, world")
 exit()
\\ No newline at end of file
`;

test("lines have their numbers on both sides", () => {
  const [file] = parse(EDIT);
  assert.equal(file.path, "app.py");
  assert.equal(file.oldPath, "app.py");
  assert.deepEqual([file.added, file.removed], [1, 1]);
  const [{ lines }] = file.hunks;
  assert.deepEqual(lines.map(({ kind, old, new: now }) => [kind, old, now]), [
    [" ", 1, 1],
    ["-", 2, null],
    ["+", null, 2],
    [" ", 3, 3],
  ]);
  assert.deepEqual(lines.map(({ noNewline }) => noNewline), [false, false, false, true]);
});

test("a new file has no path before, a removed one none after", () => {
  const [added, removed] = parse(
    "--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+x\n--- a/old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
  );
  assert.deepEqual([added.oldPath, added.path], [null, "new.txt"]);
  assert.deepEqual([removed.oldPath, removed.path], ["old.txt", null]);
});

test("a removed line that looks like the head of a file is a line", () => {
  const files = parse("--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1 @@\n--- a comment\n+++ b\n keep\n");
  assert.equal(files.length, 1);
  assert.equal(files[0].hunks[0].lines[0].text, "-- a comment");
});

test("an edited line is marked by whole words where it differs", () => {
  const [{ lines }] = parse(EDIT)[0].hunks;
  const parts = changedParts(lines);
  const [start, end] = parts.get(lines[2]) ?? [0, 0];
  assert.equal(lines[2].text.slice(start, end), "hello, world");
});

test("lines with little in common are not compared", () => {
  const [{ lines }] = parse("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-alpha\n+zebra crossing\n")[0].hunks;
  assert.equal(changedParts(lines).size, 0);
});

test("what is no diff has no files", () => {
  assert.deepEqual(parse(""), []);
  assert.deepEqual(parse("just a text\n@@ -1 +1 @@\n"), []);
});
