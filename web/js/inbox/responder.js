/** The name that responses are given under, remembered in this browser. */

import { h } from "../dom.js";

const KEY = "botarmy.responder";
const USUAL = "human";

export const responder = {
  get name() {
    try {
      return localStorage.getItem(KEY)?.trim() || USUAL;
    } catch {
      return this.chosen?.trim() || USUAL;
    }
  },
  set name(name) {
    this.chosen = name;
    try {
      localStorage.setItem(KEY, name.trim());
    } catch {
      // It then lasts as long as the page.
    }
  },
};

let made = 0;

/** The field for it. */
export function responderField() {
  const id = `responder-${(made += 1)}`;
  const input = h("input", {
    id, maxLength: 255, autocomplete: "name", spellcheck: "false", dir: "auto",
    oninput: () => { responder.name = input.value; },
  });
  input.value = responder.name;
  return h("div", { class: "responder" }, h("label", { for: id }, "Decide as"), input);
}
