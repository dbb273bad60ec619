/** What a token may do, in words. Pure. */

import { joined } from "../text.js";

/** @import { Permission } from "../api.d.ts" */

/** @type {Record<Permission, string>} */
const WORDS = {
  read: "read",
  run: "start and steer projects",
  decide: "decide reviews",
  admin: "manage members, budgets and people",
};

/**
 * "May read and decide reviews."; a token may do at most what its owner may.
 * @param {Permission[]} scopes
 */
export function scopesInWords(scopes) {
  const all = /** @type {Permission[]} */ (Object.keys(WORDS));
  if (all.every((scope) => scopes.includes(scope))) return "May do all that you may.";
  const words = all.filter((scope) => scopes.includes(scope)).map((scope) => WORDS[scope]);
  return `May ${joined(words)}.`;
}
