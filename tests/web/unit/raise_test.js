import assert from "node:assert/strict";
import { test } from "node:test";
import { mayApprove, mayApproveInBulk } from "../../../web/js/inbox/requests.js";
import { isUnfinished } from "../../../web/js/labels.js";

/** @import { Asked } from "../../../web/js/inbox/entry.js" */

/**
 * @param {string} reason
 * @param {boolean} [mayRedo]
 */
const request = (reason, mayRedo = false) => /** @type {Asked} */ (/** @type {any} */ ({ reason, may_redo: mayRedo }));

test("an exhausted budget may be raised without a round left, but not together with other approvals", () => {
  assert.equal(mayApprove(request("budget")), true);
  assert.equal(mayApproveInBulk(request("budget", true)), false);
  assert.equal(mayApproveInBulk(request("review")), true);
  assert.equal(mayApprove(request("failed_step")), false);
  assert.deepEqual(["budget", "failed_step", "review"].map((reason) => isUnfinished(request(reason))), [
    true,
    true,
    false,
  ]);
});
