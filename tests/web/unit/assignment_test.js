import assert from "node:assert/strict";
import { test } from "node:test";
import { assignees, isShown } from "../../../web/js/inbox/assignment.js";

/**
 * @param {object[]} from
 * @param {boolean} may_decide
 */
const request = (from, may_decide) => /** @type {any} */ ({
  approvals: { need: 1, from, allow_services: false },
  eligibility: { may_decide, reason: null },
});

test("the list is limited to what is assigned to this person, or to nobody", () => {
  const free = /** @type {any} */ ({ approvals: null, eligibility: { may_decide: true, reason: null } });
  const services = request([], true);
  const mine = request([{ group: "security", user: null }], true);
  const others = request([{ group: null, user: "Ana" }], false);
  const all = [free, services, mine, others];
  assert.deepEqual(all.filter((one) => isShown(one, "all")), all);
  assert.deepEqual(all.filter((one) => isShown(one, "mine")), [mine]);
  assert.deepEqual(all.filter((one) => isShown(one, "unassigned")), [free, services]);
});

test("who is asked is said in words", () => {
  assert.equal(
    assignees(request([{ group: "security", user: null }, { group: null, user: "Ana" }], true)),
    "group security, Ana",
  );
  assert.equal(assignees(request([], true)), null);
  assert.equal(assignees({ approvals: null }), null);
});
