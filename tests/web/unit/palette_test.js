import assert from "node:assert/strict";
import { test } from "node:test";
import { everywhere, matching, PLACES, projectEntry, requestEntry } from "../../../web/js/palette/entries.js";

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

test("every view offers a new project and a stop, and says of projects of one name what differs", () => {
  assert.deepEqual(texts(matching(everywhere(() => {}), "new project")), ["New project"]);
  assert.deepEqual(texts(matching(everywhere(() => {}), "stop")), ["Stop …"]);
  const project = {
    id: "1",
    name: "Shop",
    status: "waiting",
    created_at: new Date(Date.now() - 180_000).toISOString(),
  };
  assert.equal(projectEntry(/** @type {any} */ (project)).note, "Needs a decision · started 3 min ago");
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
