/** Reads again, while somebody looks, what no project's log tells. */

/**
 * Call `work` every `interval` ms while the page is visible, and whenever somebody comes back to it, until `signal`
 * aborts.
 * @param {() => void} work
 * @param {number} interval
 * @param {AbortSignal} signal
 */
export function whileSeen(work, interval, signal) {
  const look = () => document.visibilityState === "visible" && work();
  const timer = setInterval(look, interval);
  signal.addEventListener("abort", () => clearInterval(timer));
  document.addEventListener("visibilitychange", look, { signal });
}
