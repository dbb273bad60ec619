/** How a status stands on the page: its mark, its colour and its word. */

import { h, icon } from "./dom.js";
import { status } from "./words.js";

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
