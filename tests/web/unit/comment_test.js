/** What a person said: the places of its comments are separate from its words. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { commentInline, partsOf } from "../../../web/js/comment.js";
import { changeRequest } from "../../../web/js/inbox/remarks.js";

/** @type {(location: string, quote: string, text: string) => import("../../../web/js/inbox/remarks.js").Remark} */
const remark = (location, quote, text) => ({
  id: text,
  artifactId: "plan",
  view: "document",
  location,
  at: 0,
  quote,
  text,
});

test("a change request is read as it was composed", () => {
  const sent = changeRequest("Two things:", [
    remark("Project plan v1, under “Goals”", "It is fast.", "How fast?"),
    remark("Project plan v1", "> quoted in the document", "By whom?\n\nAnd when?"),
  ]);
  assert.deepEqual(partsOf(sent), [
    { text: "Two things:" },
    { place: "Project plan v1, under “Goals”", quote: "It is fast." },
    { text: "How fast?" },
    { place: "Project plan v1", quote: "> quoted in the document" },
    { text: "By whom?\n\nAnd when?" },
  ]);
  assert.equal(
    commentInline(sent),
    "Two things: On Project plan v1, under “Goals”, “It is fast.”: How fast? " +
      "On Project plan v1, “> quoted in the document”: By whom?\n\nAnd when?",
  );
});

test("a quotation that a person wrote needs no place, and words alone stay as they are", () => {
  assert.deepEqual(partsOf("> one\n> two\nNo."), [{ place: null, quote: "one\ntwo" }, { text: "No." }]);
  assert.equal(commentInline("Shorter.\n\n  Please > now."), "Shorter.\n\n  Please > now.");
  assert.deepEqual(partsOf(""), []);
});
