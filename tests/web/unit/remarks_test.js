import assert from "node:assert/strict";
import { test } from "node:test";
import { changeRequest, quoteOf } from "../../../web/js/inbox/remarks.js";

/**
 * @param {string} text
 * @param {string} location
 */
const remark = (text, location = "Project plan v1, under “Goals”") => /** @type {const} */ ({
  id: "1",
  artifactId: "2",
  view: "document",
  at: 0,
  quote: "It lives forever.",
  location,
  text,
});

test("a change request has each comment under its quoted place, after what is said of the whole", () => {
  assert.equal(
    changeRequest(" Shorter, please. ", [remark("For how long?"), remark("  ")]),
    "Shorter, please.\n\nOn Project plan v1, under “Goals”:\n> It lives forever.\n\nFor how long?",
  );
  assert.equal(changeRequest("", [remark("Why?")]).startsWith("On Project plan v1"), true);
  assert.equal(changeRequest(" ", []), "");
});

test("a quote is one line, and a long one is cut", () => {
  assert.equal(quoteOf("  two\n  lines "), "two lines");
  assert.equal(quoteOf("x".repeat(400)).length, 302);
});
