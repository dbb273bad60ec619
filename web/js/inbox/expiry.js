/** What happens if nobody responds in time. Pure. */

import { inFull } from "../time.js";

/** @typedef {{ expires_at: string, at_expiry?: { effect: string, words: string } | null }} Expiring */

/** What the list says of each effect of a deadline. @type {Record<string, string>} */
const EFFECTS = { fails: "fails", approves: "is approved", rejects: "is rejected", ends_task: "its task ends" };

/** A review halts its project unless the API says otherwise. */
const HALT = { effect: "fails", words: "the project fails" };

/** "fails" @param {Expiring} request */
export const afterwards = ({ at_expiry }) => EFFECTS[(at_expiry ?? HALT).effect] ?? (at_expiry ?? HALT).words;

/** "If nobody responds by 29 Nov 2026, 14:20:00 CET, the project fails." @param {Expiring} request */
export const deadlineInWords = ({ expires_at: until, at_expiry }) =>
  `If nobody responds by ${inFull(Date.parse(until))}, ${(at_expiry ?? HALT).words}.`;
