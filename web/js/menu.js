/** A button that opens a menu of actions and links. The items are made each time it opens. */

import { h, icon, present } from "./dom.js";

/**
 * @typedef {object} MenuItem
 * @property {string} text
 * @property {string} icon
 * @property {() => unknown} [run]
 * @property {string} [href] a link instead of an action
 * @property {boolean} [elsewhere] the link opens a new tab
 * @property {boolean} [download]
 * @property {boolean} [danger]
 * @property {boolean} [changes] it changes something, and is disabled while the API cannot be reached
 * @property {string} [title]
 * @property {string | false | null} [barred] why it cannot be chosen now
 */

/** @typedef {MenuItem | false | null | undefined} Offered what is not offered now is false or null */

/**
 * The button with its menu; a list of lists has lines between them.
 * @param {string} label
 * @param {() => Offered[][]} items
 */
export function menuButton(label, items) {
  const button = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": label,
      title: label,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: () => toggle(),
    },
    icon("more"),
  );
  const menu = h("div", {
    class: "menu",
    role: "menu",
    "aria-label": label,
    hidden: true,
    onkeydown: (event) => key(event),
  });
  const element = h("span", { class: "menu-place" }, button, menu);

  const toggle = () => (menu.hidden ? open() : close());

  let shown = "";

  /** Show the items as they are now. Return whether they differ from those that were shown. */
  function paint() {
    const groups = items().map(present).filter((group) => group.length);
    const before = shown;
    shown = groups.flatMap((group) => group.map(({ text, barred }) => `${text} ${barred}`)).join("\n");
    if (shown === before) return false;
    menu.replaceChildren(...groups.map((group) => h("div", { role: "group" }, group.map(itemElement))));
    return true;
  }

  /** Offer in an open menu what is possible now. */
  function update() {
    if (menu.hidden) return;
    const focused = menu.contains(document.activeElement) ? document.activeElement?.textContent : null;
    if (paint() && focused !== null) (rows().find((row) => row.textContent === focused) ?? rows()[0])?.focus();
  }

  function open() {
    shown = "";
    paint();
    menu.hidden = false;
    button.setAttribute("aria-expanded", "true");
    rows()[0]?.focus();
    document.addEventListener("pointerdown", pressed);
  }

  function close() {
    if (menu.hidden) return;
    const focused = menu.contains(document.activeElement);
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", pressed);
    if (focused) button.focus();
  }

  /** @param {PointerEvent} event */
  function pressed({ target }) {
    if (!(target instanceof Node && element.contains(target))) close();
  }

  const rows = () => /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("[role=menuitem]")]);

  /** @param {MenuItem} item */
  function itemElement({ text, icon: name, run, href, elsewhere, download, danger, title, changes, barred }) {
    if (barred) {
      const why = h("span", { class: "menu-why soft" }, barred);
      const attributes = {
        type: "button",
        role: "menuitem",
        tabindex: "-1",
        class: "menu-item",
        "aria-disabled": "true",
      };
      return h("button", attributes, icon(name), h("span", {}, text, why));
    }
    const attributes = { role: "menuitem", tabindex: "-1", class: `menu-item${danger ? " danger" : ""}`, title };
    if (href === undefined) {
      const onclick = () => {
        close();
        run?.();
      };
      const marks = changes ? { dataset: { changes: "" } } : {};
      return h("button", { type: "button", ...attributes, ...marks, onclick }, icon(name), text);
    }
    const more = elsewhere ? { target: "_blank", rel: "noopener" } : download ? { download: "" } : {};
    return h("a", { ...attributes, href, ...more, onclick: () => close() }, icon(name), text);
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    const all = rows();
    const at = all.findIndex((row) => row === document.activeElement);
    /** @type {Record<string, number>} */
    const moves = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at + all.length - 1) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    if (event.key in moves) all[moves[event.key]]?.focus();
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") return close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return { element, button, close, update };
}
