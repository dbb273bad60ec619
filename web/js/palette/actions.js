/** The actions that the shown view offers in the palette, until the view ends. */

/** @import { PaletteEntry } from "./entries.js" */

/** @type {Set<() => PaletteEntry[]>} */
const sources = new Set();

/**
 * Offer what `list()` returns whenever the palette is opened, until `signal` aborts.
 * @param {() => PaletteEntry[]} list
 * @param {AbortSignal} signal
 */
export function offer(list, signal) {
  sources.add(list);
  signal.addEventListener("abort", () => sources.delete(list));
}

export const offered = () => [...sources].flatMap((list) => list());
