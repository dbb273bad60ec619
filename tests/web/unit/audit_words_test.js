import assert from "node:assert/strict";
import { test } from "node:test";
import { auditScope, auditSentence } from "../../../web/js/account/audit-words.js";

/** @import { AuthEventPublic } from "../../../web/js/api.d.ts" */

/** @param {object} values */
const event = (values) => /** @type {AuthEventPublic} */ (/** @type {unknown} */ ({
  actor: "root",
  actor_id: "1",
  principal_id: "2",
  name: "Ana",
  data: {},
  ...values,
}));

/** @param {object} values */
const said = (values) =>
  auditSentence(event(values)).map((part) => typeof part === "string" ? part : part.text).join("");

test("an audited event is a sentence, without ids", () => {
  const roles = { kind: "roles_changed", data: { roles: ["approver", "operator"], project_id: "p" } };
  assert.equal(said(roles), "gave Ana the roles approver and operator");
  assert.deepEqual(auditScope(event(roles)), { project: "p" });
  assert.equal(said({ kind: "roles_changed", data: { roles: [] } }), "took all roles from Ana");
  assert.equal(auditScope(event({ kind: "roles_changed", data: { roles: [] } })), "all");
  assert.equal(said({ kind: "link_created", principal_id: "1" }), "created a sign-in link");
  assert.equal(said({ kind: "signed_in", data: { by: "link" } }), "signed in with a link");
  assert.equal(
    said({ kind: "sign_in_failed", name: null, data: { by: "password" } }),
    "failed to sign in with a password",
  );
  assert.equal(said({ kind: "groups_changed", data: { added: "red" } }), "put Ana into the group red");
  const group = {
    kind: "group_roles_changed",
    principal_id: null,
    name: null,
    data: { group: "red", roles: ["viewer"] },
  };
  assert.equal(said(group), "gave the group red the role viewer");
  assert.equal(said({ kind: "something_new" }), "something new: Ana");
});
