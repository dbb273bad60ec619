import assert from "node:assert/strict";
import { test } from "node:test";
import { showFieldErrors } from "../../../web/js/project/form-dialog.js";
import { Problem } from "../../../web/js/rest.js";

/** @import { Field } from "../../../web/js/field.js" */

/** @param {boolean} [isConnected] */
function field(isConnected = true) {
  const made = { shown: "", input: { focus() {} }, element: { isConnected }, showError };
  /** @param {string} message */
  function showError(message) {
    made.shown = message;
    return Boolean(message);
  }
  return /** @type {Field & { shown: string }} */ (/** @type {unknown} */ (made));
}

test("an error is shown at its field, whichever of the field's names it has", () => {
  const problem = new Problem(422, { errors: [{ in: "body", field: "first", message: "is wrong" }] });
  const one = field();
  assert.equal(showFieldErrors({ first: one, second: one }, problem), true);
  assert.equal(one.shown, "is wrong");
});

test("an error at a field that is not shown has to be said elsewhere", () => {
  const problem = new Problem(422, { errors: [{ in: "body", field: "first", message: "is wrong" }] });
  assert.equal(showFieldErrors({ first: field(false) }, problem), false);
});
