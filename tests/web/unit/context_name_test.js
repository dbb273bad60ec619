import assert from "node:assert/strict";
import { test } from "node:test";
import { freeName, replacedBy } from "../../../web/js/project/context-name.js";

/** @import { ArtifactItem } from "../../../web/js/api.d.ts" */

/** @param {string} name @param {number} [version] */
const context = (
  name,
  version = 1,
) => /** @type {ArtifactItem} */ (/** @type {unknown} */ ({ type: "user_input", name, version }));

test("context that is added gets a name that replaces nothing", () => {
  assert.equal(freeName([]), "context");
  assert.equal(freeName([context("context"), context("context 2")]), "context 3");
  assert.equal(replacedBy([context("rules"), context("rules", 2)], "rules")?.version, 2);
  assert.equal(replacedBy([context("rules")], "other"), undefined);
});
