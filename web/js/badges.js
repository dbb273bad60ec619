/** The badges of statuses and of a project's oversight. */

import { h, icon } from "./dom.js";
import { status } from "./labels.js";

/** @import { Oversight } from "./api.d.ts" */
/** @import { Kind } from "./labels.js" */

/**
 * A mark with its word.
 * @param {Kind} of
 * @param {string} value
 */
export function badge(of, value) {
  const { word, tone, mark } = status(of, value);
  return h(
    "span",
    { class: "badge", dataset: { tone, status: value } },
    icon(mark, { class: mark === "working" ? "turning" : "" }),
    word,
  );
}

/**
 * The mark alone, for places that show the word beside it.
 * @param {Kind} of
 * @param {string} value
 */
export function mark(of, value) {
  const { word, tone, mark: name } = status(of, value);
  return h(
    "span",
    { class: "status", dataset: { tone, status: value }, title: word },
    icon(name, { class: name === "working" ? "turning" : "" }),
  );
}

/** The levels of oversight; "" leaves it to the pipeline. @type {Record<string, { word: string, means: string }>} */
export const LEVELS = {
  "": { word: "Set by the pipeline", means: "The pipeline decides which reviews ask." },
  high: { word: "High", means: "You decide at every review." },
  medium: { word: "Medium", means: "You decide at the reviews that matter most." },
  low: { word: "Low", means: "No review asks. You are asked only if a step fails." },
};

/**
 * Three small bars, of which the level fills some; null if the pipeline decides.
 * @param {Oversight | null} level
 */
export function oversightMark(level) {
  if (!level) return null;
  const words = `Oversight: ${level}`;
  return h(
    "span",
    { class: "oversight", dataset: { level }, title: `${words}. ${LEVELS[level].means}` },
    h("i"),
    h("i"),
    h("i"),
    h("span", { class: "visually-hidden" }, words),
  );
}
