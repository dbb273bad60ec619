/** How far a project is: a bar with a segment for each stage. */

import { childrenOf, h, write } from "../dom.js";

/** @import { ProjectItem } from "../api.d.ts" */

export function progress() {
  return h(
    "div",
    { class: "stage-progress" },
    h("div", { class: "stage-progress-bar", role: "progressbar", "aria-label": "Steps", "aria-valuemin": "0" }),
    h("span", { class: "stage-progress-text", "aria-hidden": "true" }),
  );
}

/**
 * @param {HTMLElement} element
 * @param {ProjectItem} project
 */
export function paintProgress(element, { progress: { done, total }, phase, status }) {
  const [bar, text] = childrenOf(element);
  while (bar.childElementCount < total) bar.append(h("i"));
  childrenOf(bar).forEach((segment, index) => {
    segment.dataset.state = index < done ? "done" : index === done ? "now" : "ahead";
  });
  const words = `${done} of ${total} steps done`;
  bar.setAttribute("aria-valuemax", String(total));
  bar.setAttribute("aria-valuenow", String(done));
  bar.setAttribute("aria-valuetext", words);
  bar.title = phase ? `${words}; the latest: ${phase}` : words;
  element.dataset.status = status;
  write(text, `${done}/${total}`);
}
