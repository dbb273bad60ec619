import assert from "node:assert/strict";
import { test } from "node:test";
import { matching, PLACES, requestEntry } from "../../../web/js/palette/entries.js";

/** @param {string} text @param {string} [note] */
const entry = (text, note) => ({ id: text, group: "Projects", icon: "folder", text, note });
/** @param {{ text: string }[]} entries */
const texts = (entries) => entries.map(({ text }) => text);

test("without words everything is offered, in its order", () => {
  assert.deepEqual(texts(matching(PLACES, "  ")), ["Home", "Projects", "Inbox", "System"]);
});

test("an entry has all words that were typed, in any order, whatever their case and accents' form", () => {
  const entries = [entry("Étoile filante", "Waiting"), entry("Other")];
  assert.deepEqual(texts(matching(entries, "waiting E\u0301TOILE")), ["Étoile filante"]);
  assert.deepEqual(matching(entries, "étoile completed"), []);
});

test("what begins with the first word comes first", () => {
  assert.deepEqual(texts(matching([entry("The guest book"), entry("Guest list")], "guest")), [
    "Guest list",
    "The guest book",
  ]);
});

test("a request is its project and, apart from that, what it asks; a failure has its own sign", () => {
  const request = {
    request_id: "1",
    project_name: "نظام",
    title: "Coder failed on build",
    reason: "failed_step",
    eligibility: { may_decide: true },
  };
  const { text, note, icon, group } = requestEntry(/** @type {any} */ (request));
  assert.deepEqual({ text, note, icon }, { text: "نظام", note: "Coder failed on build", icon: "failed" });
  const theirs = requestEntry(/** @type {any} */ ({ ...request, eligibility: { may_decide: false } }));
  assert.deepEqual([group, theirs.group], ["Needs you", "Needs others"]);
});
