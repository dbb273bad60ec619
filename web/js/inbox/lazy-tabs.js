/** Tabs, each of which is made when it is first shown. */

import { h } from "../dom.js";

let lastId = 0;

/**
 * Tabs. `list` holds `[label, make]`, `first` is the index of the tab to show, `name` is for screen readers;
 * `shown(index)` is called when the reader shows another.
 * @param {string} name
 * @param {[label: string, make: () => Node][]} list
 * @param {{ first?: number, shown?: (index: number) => void }} [options]
 */
export function tabs(name, list, { first = 0, shown = () => {} } = {}) {
  const id = `tabs-${(lastId += 1)}`;
  const buttons = list.map(([label], index) =>
    h("button", {
      type: "button",
      role: "tab",
      id: `${id}-${index}`,
      "aria-controls": `${id}-panel-${index}`,
      onclick: () => choose(index),
    }, label)
  );
  const panels = list.map((_, index) =>
    h("div", {
      role: "tabpanel",
      id: `${id}-panel-${index}`,
      "aria-labelledby": `${id}-${index}`,
      hidden: true,
    })
  );
  const bar = h("div", {
    class: "view-tabs",
    role: "tablist",
    "aria-label": name,
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = (buttons.findIndex((button) => button === document.activeElement) + step + list.length) %
        list.length;
      choose(next);
      buttons[next].focus();
    },
  }, buttons);

  /** @param {number} index */
  function show(index) {
    for (const [at, button] of buttons.entries()) {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
      panels[at].hidden = at !== index;
    }
    if (!panels[index].firstChild) panels[index].append(list[index][1]());
  }

  /** @param {number} index */
  function choose(index) {
    show(index);
    shown(index);
  }

  show(first);
  return { bar, panels, show };
}
