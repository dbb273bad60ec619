import assert from "node:assert/strict";
import { test } from "node:test";
import { nameFrom, readBrief, sizeOf } from "../../../web/js/projects/brief.js";

test("a project is called after the first heading of its brief", () => {
  assert.equal(nameFrom("# Short *links* for `support` ##\n\ntext"), "Short links for support");
  assert.equal(nameFrom("---\ntitle: x\n---\nintro\n\n## [Links](http://x) there\n"), "Links there");
  assert.equal(nameFrom("```\n# not a heading\n```\n# Real"), "Real");
  assert.equal(nameFrom("no heading"), "");
});

test("a heading that names a part of the brief is no name", () => {
  assert.equal(nameFrom("## Requirements\n\n- It rings.\n"), "");
  assert.equal(nameFrom("# Project brief\n\n## Doorbell\n"), "Doorbell");
  assert.equal(nameFrom("# Requirements engine\n"), "Requirements engine");
});

test("a brief has the size of its bytes", () => {
  assert.equal(sizeOf("é"), 2);
});

test("a brief is read from a text file, and nothing else", async () => {
  assert.deepEqual(await readBrief(new File(["# A"], "a.md")), { text: "# A", name: "a" });
  await assert.rejects(readBrief(new File(["x"], "a.pdf")), /neither Markdown nor plain text/);
  await assert.rejects(readBrief(new File([new Uint8Array([0xff])], "a.txt")), /not text in UTF-8/);
});
