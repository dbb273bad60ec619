/** Tabs: buttons, and the panel of the chosen one. A panel is made when it is first shown. */

import { h } from "./dom.js";
import { failure } from "./notices.js";

/** @import { Child } from "./elements.d.ts" */

/**
 * @typedef {object} Tab
 * @property {string} name
 * @property {string} word
 * @property {() => Child | Promise<Child>} make may load its module first
 */

/**
 * The buttons and the panels. `show(name)` shows one; `chosen(name)` is called when the reader has chosen one.
 * @param {Tab[]} tabs
 * @param {{ label: string, chosen: (name: string) => void }} options
 */
export function tabList(tabs, { label, chosen }) {
  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const at = buttons.findIndex((button) => button === event.target);
    const last = buttons.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowLeft: at ? at - 1 : last, ArrowRight: at < last ? at + 1 : 0, Home: 0, End: last };
    if (at < 0 || !(event.key in moves)) return;
    event.preventDefault();
    buttons[moves[event.key]].focus();
    choose(tabs[moves[event.key]].name);
  }

  const buttons = tabs.map(({ name, word }) => {
    const attributes = { id: `tab-${name}`, "aria-controls": `panel-${name}`, onclick: () => choose(name) };
    return h("button", { type: "button", role: "tab", class: "tab", ...attributes }, word);
  });
  const panels = tabs.map(({ name }) =>
    h("div", {
      role: "tabpanel",
      class: `tab-panel tab-panel-${name}`,
      id: `panel-${name}`,
      "aria-labelledby": `tab-${name}`,
    })
  );
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": label, onkeydown }, buttons);
  const element = h("div", { class: "tabbed" }, list, panels);
  let current = "";

  /** @param {string} name */
  function choose(name) {
    if (name === current) return;
    show(name);
    chosen(name);
  }

  /** @param {string} name */
  function show(name) {
    const wanted = tabs.some((tab) => tab.name === name) ? name : tabs[0].name;
    if (wanted === current) return;
    current = wanted;
    tabs.forEach((tab, index) => {
      const on = tab.name === wanted;
      buttons[index].setAttribute("aria-selected", String(on));
      buttons[index].tabIndex = on ? 0 : -1;
      panels[index].hidden = !on;
      if (on && !panels[index].firstChild) make(tab, panels[index]);
      if (on) requestAnimationFrame(() => reveal(list, buttons[index])); // once the row is in the page
    });
  }

  /** @param {Tab} tab @param {HTMLElement} panel */
  async function make(tab, panel) {
    /** @param {Child} content */
    const fill = (content) => panel.replaceChildren(h("div", { class: "tab-content" }, content));
    const made = tab.make();
    if (!(made instanceof Promise)) return fill(made);
    fill(null);
    try {
      fill(await made);
    } catch (error) {
      fill(failure(error, () => make(tab, panel)));
    }
  }

  return {
    element,
    show,
    get current() {
      return current;
    },
  };
}

/**
 * Scroll a row that is narrower than its tabs to one of them.
 * @param {HTMLElement} list
 * @param {HTMLElement} button
 */
function reveal(list, button) {
  const [row, tab] = [list, button].map((element) => element.getBoundingClientRect());
  list.scrollLeft += Math.max(0, tab.right - row.right) - Math.max(0, row.left - tab.left);
}
