/** What an address shows that no view has. */

import { h } from "../dom.js";
import { empty } from "../notices.js";

/** @param {HTMLElement} root */
export function open(root) {
  root.append(
    h("h1", { class: "visually-hidden" }, "Not found"),
    empty(
      "search",
      "There is nothing here",
      "No page has this address. It may be mistyped, or what it named is gone.",
      h(
        "div",
        { class: "buttons" },
        h("a", { class: "button primary", href: "/" }, "Go home"),
        h("a", { class: "button", href: "/projects" }, "See all projects"),
      ),
    ),
  );
}
