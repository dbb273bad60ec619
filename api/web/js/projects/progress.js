/** How far a project is: a segment for each stage of its pipeline. */

import { h, write } from "../dom.js";

const MOST_SEGMENTS = 60; // so many can be told apart

export function progress() {
  return h("div", { class: "progress" },
    h("div", { class: "progress-bar", role: "progressbar", "aria-label": "Stages", "aria-valuemin": "0" }),
    h("span", { class: "progress-text", "aria-hidden": "true" }));
}

export function paintProgress(element, { progress: { done, total }, phase, status }) {
  const [bar, text] = element.children;
  const segments = Math.min(total, MOST_SEGMENTS);
  while (bar.childElementCount < segments) bar.append(h("i"));
  const full = Math.floor((done / total) * segments);
  [...bar.children].forEach((segment, index) => {
    segment.dataset.state = index < full ? "done" : index === full ? "now" : "ahead";
  });
  const words = `${done} of ${total} stages done`;
  bar.setAttribute("aria-valuemax", total);
  bar.setAttribute("aria-valuenow", done);
  bar.setAttribute("aria-valuetext", words);
  bar.title = phase ? `${words}; the last that began: ${phase}` : words;
  bar.classList.toggle("whole", total > MOST_SEGMENTS);
  element.dataset.status = status;
  write(text, `${done}/${total}`);
}
