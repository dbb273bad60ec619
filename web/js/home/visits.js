/** When this browser showed the page last, before this visit: what finished since is new. */

import { load, save } from "../storage.js";

const LAST = "botarmy.last-visit";
const BEFORE = "botarmy.visit-before"; // of this tab

/**
 * The end of the visit before this one (ms since the epoch), or null at the first. A reload belongs to the same visit.
 */
export function lastVisit() {
  let before = load("session", BEFORE);
  if (before === null) {
    before = load("local", LAST) ?? "";
    save("session", BEFORE, before);
  }
  const moment = Date.parse(before);
  return Number.isNaN(moment) ? null : moment;
}

/** @param {AbortSignal} signal */
export function rememberVisit(signal) {
  const remember = () => save("local", LAST, new Date().toISOString());
  document.addEventListener("visibilitychange", remember, { signal });
  addEventListener("pagehide", remember, { signal });
  signal.addEventListener("abort", remember);
}
