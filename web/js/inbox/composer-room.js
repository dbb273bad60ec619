/** Keeps the composer beside the document above the bar at the bottom, so that its buttons are always in sight. */

const GAP = 12; // px between the composer and the bar
const LEAST = 240; // px: with less room, the page scrolls to the composer instead

/**
 * Write the height that `place` may have above `bar` into its `--room`, until `signal` aborts. Returns what measures it
 * at once.
 * @param {HTMLElement} place
 * @param {HTMLElement} bar
 * @param {AbortSignal} signal
 */
export function composerRoom(place, bar, signal) {
  let frame = 0;
  function measure() {
    frame = 0;
    if (!place.firstElementChild) return;
    const room = bar.getBoundingClientRect().top - place.getBoundingClientRect().top - GAP;
    place.style.setProperty("--room", `${Math.max(room, LEAST)}px`);
  }
  const soon = () => {
    frame ||= requestAnimationFrame(measure);
  };
  const resized = new ResizeObserver(soon);
  for (const element of [document.body, bar]) resized.observe(element);
  addEventListener("scroll", soon, { signal, passive: true });
  addEventListener("resize", soon, { signal });
  signal.addEventListener("abort", () => resized.disconnect());
  return measure;
}
