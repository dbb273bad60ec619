/** Tabs: one panel is shown at a time and made when it is first looked at. */

import { h } from "../dom.js";

let made = 0;

/** `list` holds `[label, make]`, `first` is the number of the one to show, `name` what a screen reader calls them. */
export function tabs(name, list, first = 0) {
  const id = `tabs-${(made += 1)}`;
  const buttons = list.map(([label], index) => h("button", {
    type: "button", role: "tab", id: `${id}-${index}`, "aria-controls": `${id}-panel-${index}`,
    onclick: () => show(index),
  }, label));
  const panels = list.map((_, index) => h("div", {
    role: "tabpanel", id: `${id}-panel-${index}`, "aria-labelledby": `${id}-${index}`, hidden: true,
  }));
  const bar = h("div", { class: "tabs", role: "tablist", "aria-label": name, onkeydown: (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (buttons.indexOf(document.activeElement) + step + list.length) % list.length;
    show(next);
    buttons[next].focus();
  } }, buttons);

  function show(index) {
    for (const [at, button] of buttons.entries()) {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
      panels[at].hidden = at !== index;
    }
    if (!panels[index].firstChild) panels[index].append(list[index][1]());
  }

  show(first);
  return { bar, panels };
}
