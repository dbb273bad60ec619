// Observes the live text for the benchmark; runs before the page's own scripts.

/** When each time that the provider wrote was painted, by that time; both in seconds since the epoch. */
const shown = /** @type {Record<string, number>} */ ({});
Object.assign(globalThis, { shown });

/** @param {MutationRecord} change */
const added = ({ target, addedNodes }) =>
  target instanceof Element && target.matches(".live-text-written") ? [...addedNodes] : [];

new MutationObserver((changes) => {
  const times = changes.flatMap(added).flatMap(({ textContent }) => textContent?.match(/\d{10}\.\d{3}/g) ?? []);
  if (!times.length) return;
  // A task after a frame runs once that is painted.
  requestAnimationFrame(() =>
    setTimeout(() => {
      const now = (performance.timeOrigin + performance.now()) / 1000;
      for (const time of times) shown[time] ??= now;
    })
  );
}).observe(document, { childList: true, subtree: true });
