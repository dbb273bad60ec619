/** A project's oversight: how many of the gates ask. */

import { h } from "../dom.js";

/** What each level means; "" is a project that leaves it to its pipeline. */
export const LEVELS = {
  "": { word: "As the pipeline says", means: "Each gate asks, or does not, as its pipeline has it." },
  high: { word: "High", means: "You decide at every gate." },
  medium: { word: "Medium", means: "You decide at the gates that matter most." },
  low: { word: "Low", means: "No gate asks for a review; only a step that fails does." },
};

/** Three small bars, as many of them full as the level says; nothing where the pipeline decides. */
export function oversightMark(level) {
  if (!level) return null;
  const words = `Oversight: ${level}`;
  return h("span", { class: "oversight", dataset: { level }, title: `${words}. ${LEVELS[level].means}` },
    h("i"), h("i"), h("i"), h("span", { class: "visually-hidden" }, words));
}
