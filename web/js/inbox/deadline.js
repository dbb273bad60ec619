/** What the deadline of a request does and when, how urgent that is, and the order by it. Pure. */

import { visible } from "../text.js";
import { atTime } from "../time.js";

/** @import { AtExpiry } from "../api.d.ts" */

/** @typedef {{ expires_at: string, created_at: string, deadline_held?: boolean, at_expiry: AtExpiry }} Dated */

const HOUR = 3_600_000;
const WARNING_SHARE = 0.1; // of the whole time, or an hour if that is less

/** What the deadline does, in a word or two. @type {Record<string, string>} */
const EFFECTS = { approves: "is approved", rejects: "is rejected", fails: "fails", ends_task: "ends" };

/**
 * "fails", for a row that says "expires in 23 h → fails".
 * @param {Dated} request
 */
export const effect = ({ at_expiry }) => EFFECTS[at_expiry.effect] ?? visible(at_expiry.words);

/**
 * "The project fails at 14:20 if nobody decides."
 * @param {Dated} request
 */
export function consequence({ at_expiry, expires_at, deadline_held }, now = Date.now()) {
  const words = visible(at_expiry.words);
  const clause = words.charAt(0).toUpperCase() + words.slice(1);
  if (deadline_held) return `The deadline is on hold. After it, ${words}.`;
  const moment = Date.parse(expires_at);
  if (moment <= now) return `The deadline has passed: ${words}.`;
  return `${clause} ${atTime(moment, now)} if nobody decides.`;
}

/**
 * How urgent a request is: "" if there is time, "soon" if little is left, "passed" after the deadline.
 * @param {Dated} request
 * @returns {"" | "soon" | "passed"}
 */
export function urgency({ expires_at, created_at, deadline_held }, now = Date.now()) {
  if (deadline_held) return "";
  const until = Date.parse(expires_at);
  if (until <= now) return "passed";
  return until - now < Math.min(HOUR, WARNING_SHARE * (until - Date.parse(created_at))) ? "soon" : "";
}

/** The tone of each urgency: what approves by itself is as urgent as what fails. */
export const URGENCY_TONES = { "": "", soon: "asks", passed: "bad" };

/**
 * Compare two requests: the next deadline first, then those that are held.
 * @param {Dated} a
 * @param {Dated} b
 */
export function byDeadline(a, b) {
  const held = Number(Boolean(a.deadline_held)) - Number(Boolean(b.deadline_held));
  return held || Date.parse(a.expires_at) - Date.parse(b.expires_at) || a.created_at.localeCompare(b.created_at);
}

/** How much longer a deadline can be made with one choice. @type {[label: string, by: string][]} */
export const EXTENSIONS = [
  ["1 hour", "1h"],
  ["4 hours", "4h"],
  ["1 day", "1d"],
  ["3 days", "3d"],
  ["1 week", "7d"],
];
