/** Whether a person uses the page, or it is merely open: then what it reads does not keep the session alive. */

const RECENT = 60_000; // ms

/** The page was opened by somebody. */
let usedAt = performance.now();

for (const name of ["pointerdown", "keydown", "wheel", "touchstart"]) {
  addEventListener(name, () => usedAt = performance.now(), { capture: true, passive: true });
}

/** Whether a person did something in the last minute. */
export const isUsed = () => performance.now() - usedAt < RECENT;
