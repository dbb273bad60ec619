/** Change people, groups and their roles. */

import { announce, messageOf, toast } from "../notices.js";

/**
 * A function that makes a change, says that it is done, or why not, and reads everything again.
 * @param {() => unknown} refresh
 * @param {AbortSignal} signal
 * @returns {(change: () => Promise<unknown>, done: string) => Promise<void>}
 */
export function acting(refresh, signal) {
  return async (change, done) => {
    try {
      await change();
      announce(done);
    } catch (error) {
      if (!signal.aborted) toast(messageOf(error));
    }
    await refresh();
  };
}
