/** What of the inbox is in its address: the request, its tab, what the list is grouped by and limited to. */

import { go } from "../navigation.js";
import { ASSIGNMENTS } from "./assignment.js";
import { GROUPINGS } from "./groups.js";

/** @import { Assignment } from "./assignment.js" */
/** @import { Grouping } from "./groups.js" */

/** @param {Record<string, string | null>} changes null removes a parameter */
function withParameters(changes) {
  const parameters = new URLSearchParams(location.pathname === "/inbox" ? location.search : "");
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const query = parameters.toString();
  return query ? `/inbox?${query}` : "/inbox";
}

/**
 * The address of a request in the inbox, or of the list alone.
 * @param {string | null} id
 */
export const address = (id) => withParameters({ request: id, tab: null, against: null });

/** The request's id in the address, or null. */
export const addressed = () => new URLSearchParams(location.search).get("request");

/** The tab in the address, or null. @returns {"document" | "changes" | null} */
export function addressedTab() {
  const tab = new URLSearchParams(location.search).get("tab");
  return tab === "document" || tab === "changes" ? tab : null;
}

/** @param {"document" | "changes"} tab */
export const rememberTab = (tab) => go(withParameters({ tab }), { replace: true });

/** The version in the address that the document is compared with, or null. */
export const addressedVersion = () => Number(new URLSearchParams(location.search).get("against")) || null;

/** @param {string} version */
export const rememberVersion = (version) => go(withParameters({ tab: "changes", against: version }), { replace: true });

/** What the list is grouped by. @returns {Grouping} */
export function addressedGrouping() {
  const wanted = new URLSearchParams(location.search).get("group");
  return (GROUPINGS.find(([name]) => name === wanted) ?? GROUPINGS[0])[0];
}

/** @param {Grouping} grouping */
export const regroup = (grouping) =>
  go(withParameters({ group: grouping === GROUPINGS[0][0] ? null : grouping }), { replace: true });

/** What the list is limited to. @returns {Assignment} */
export function addressedAssignment() {
  const wanted = new URLSearchParams(location.search).get("assigned");
  return (ASSIGNMENTS.find(([name]) => name === wanted) ?? ASSIGNMENTS[0])[0];
}

/** @param {Assignment} assignment */
export const limitTo = (assignment) =>
  go(withParameters({ assigned: assignment === ASSIGNMENTS[0][0] ? null : assignment }), { replace: true });
