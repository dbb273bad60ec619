/** How far a project is: a segment for each stage of its pipeline. */

import { h, write } from "../dom.js";

export function progress() {
  return h("div", { class: "stage-progress" },
    h("div", { class: "stage-progress-bar", role: "progressbar", "aria-label": "Stages", "aria-valuemin": "0" }),
    h("span", { class: "stage-progress-text", "aria-hidden": "true" }));
}

export function paintProgress(element, { progress: { done, total }, phase, status }) {
  const [bar, text] = element.children;
  while (bar.childElementCount < total) bar.append(h("i"));
  [...bar.children].forEach((segment, index) => {
    segment.dataset.state = index < done ? "done" : index === done ? "now" : "ahead";
  });
  const words = `${done} of ${total} stages done`;
  bar.setAttribute("aria-valuemax", total);
  bar.setAttribute("aria-valuenow", done);
  bar.setAttribute("aria-valuetext", words);
  bar.title = phase ? `${words}; the last that began: ${phase}` : words;
  element.dataset.status = status;
  write(text, `${done}/${total}`);
}
