/** Whether a person uses the page, or it is only open. */

const RECENT = 60_000; // ms

/** Somebody has opened it. */
let last = performance.now();

for (const type of ["pointerdown", "keydown", "wheel", "touchmove"]) {
  addEventListener(type, ({ isTrusted }) => {
    if (isTrusted) last = performance.now();
  }, { capture: true, passive: true });
}

/** Whether somebody has opened the page, pressed a key or a button, or scrolled within a minute. */
export const isInUse = () => performance.now() - last < RECENT;
