/** How a status stands on the page: its mark, its colour and its word. */

import { h, icon } from "./dom.js";
import { status } from "./labels.js";

/** A badge; `of` is project, task, agent, hitl or component. */
export function badge(of, value) {
  const { word, tone, mark } = status(of, value);
  return h("span", { class: "badge", dataset: { tone, status: value } }, icon(mark, { class: mark === "working" ? "turning" : "" }), word);
}

/** The mark alone, for where the word stands beside it anyway. */
export function mark(of, value) {
  const { word, tone, mark: name } = status(of, value);
  return h("span", { class: "status", dataset: { tone, status: value }, title: word }, icon(name, { class: name === "working" ? "turning" : "" }));
}

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
