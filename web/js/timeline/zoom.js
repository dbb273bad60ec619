/** What stands above the timeline: the choice of scale, the zoom, and what the colours mean. */

import { h } from "../dom.js";

const SCALES = { compressed: "Compressed", even: "To scale" };
const KEYS = { work: "an agent works", wait: "a human is waited for", gate: "a gate asks, and is answered" };

/** `{element, update({compressed, zoom, most})}`; `choose(scale)` and `enlarge(times)` are called for what is asked. */
export function timelineTools(id, { choose, enlarge }) {
  const scales = Object.entries(SCALES).map(([value, word]) => {
    const input = h("input", { type: "radio", name: id, value, onchange: () => choose(value) });
    return h("label", {}, input, word);
  });
  const button = (sign, name, times) => {
    const says = { "aria-label": name, title: name };
    return h("button", { type: "button", class: "icon-button", ...says, onclick: () => enlarge(times) }, sign);
  };
  const zooms = [button("−", "Zoom out", 0.5), button("+", "Zoom in", 2)];
  const element = h("div", { class: "timeline-tools" },
    h("fieldset", { class: "segments" }, h("legend", { class: "visually-hidden" }, "Scale of time"), scales),
    h("div", { class: "buttons" }, zooms),
    h("p", { class: "timeline-legend", "aria-hidden": "true" },
      Object.entries(KEYS).map(([key, text]) => h("span", { class: `key-${key}` }, text))));
  return {
    element,
    update({ compressed, zoom, most }) {
      for (const { control } of scales) control.checked = (control.value === "compressed") === compressed;
      // Not `disabled`: whoever zooms with the keyboard keeps the focus at either end.
      zooms[0].setAttribute("aria-disabled", String(zoom <= 1));
      zooms[1].setAttribute("aria-disabled", String(zoom >= most));
    },
  };
}
