/**
 * The fragment of the address, in which a view keeps what is open in it: `#tab=activity&stage=build`. A link to the
 * address opens the same.
 */

import { push } from "./navigation.js";

export const fragment = () => new URLSearchParams(location.hash.slice(1));

/**
 * The address with some names of the fragment changed; null removes one.
 * @param {Record<string, string | null>} changes
 */
export function addressWith(changes) {
  const names = fragment();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) names.delete(name);
    else names.set(name, value);
  }
  const here = location.pathname + location.search;
  return names.size ? `${here}#${names}` : here;
}

/**
 * Change names of the fragment. `adds`: Back leads to what was open before.
 * @param {Record<string, string | null>} changes
 * @param {{ adds?: boolean }} [options]
 */
export function changeFragment(changes, { adds = false } = {}) {
  const address = addressWith(changes);
  if (address === location.pathname + location.search + location.hash) return;
  if (adds) push(address);
  else history.replaceState(history.state, "", address);
}

/**
 * Call `follow()` when the fragment changes by a link, or by going back or forward.
 * @param {() => void} follow
 * @param {AbortSignal} signal
 */
export function onFragmentChange(follow, signal) {
  addEventListener("hashchange", follow, { signal });
  addEventListener("querychange", follow, { signal });
}
