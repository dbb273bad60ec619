/** Keyboard shortcuts: single keys, ignored while a person types or if they are turned off. `?` lists them. */

import { find, h } from "./dom.js";
import { load, save } from "./storage.js";

/** @typedef {Record<string, [what: string, action: (event: KeyboardEvent) => unknown]>} Shortcuts */

/** Whether the keyboard has Cmd in place of Ctrl. */
export const APPLE = /mac|iphone|ipad/i.test(navigator.platform);

/** The keys that send a form, as a hint beside its button. */
export const sendKeys = () =>
  h(
    "span",
    { class: "faint send-keys", "aria-hidden": "true" },
    h("kbd", {}, APPLE ? "⌘" : "Ctrl"),
    " ",
    h("kbd", {}, "Enter"),
  );

const SETTING = "botarmy.single-keys";
/** @type {Set<Shortcuts>} */
const active = new Set();
const EVERYWHERE = [
  ["?", "Show this list"],
  ["Ctrl k", "Search: projects, requests, views and actions"],
  ["g h", "Go home"],
  ["g p", "Go to the projects"],
  ["g i", "Go to the inbox"],
  ["g s", "Go to the system"],
];

/** The addresses that these keys open after "g"; ROUTES in router.js has their views. @type {Record<string, string>} */
const ADDRESSES = { h: "/", p: "/projects", i: "/inbox", s: "/system" };

/**
 * Add shortcuts until `signal` aborts. A key whose action returns false keeps its default behaviour.
 * @param {Shortcuts} keys
 * @param {AbortSignal} signal
 */
export function shortcuts(keys, signal) {
  active.add(keys);
  signal.addEventListener("abort", () => active.delete(keys));
}

/** @param {EventTarget | null} target */
const typing = (target) =>
  target instanceof Element &&
  target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

/** Whether single keys are shortcuts. People who dictate, or press keys by accident, turn them off. */
const singleKeys = {
  /** The setting, if the browser cannot store it. @type {boolean | undefined} */
  unsaved: undefined,
  get on() {
    return this.unsaved ?? load("local", SETTING) !== "off";
  },
  set on(on) {
    this.unsaved = save("local", SETTING, on ? null : "off") ? undefined : on;
  },
};

/** @param {(href: string) => void} go */
export function startKeyboard(go) {
  let afterG = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    // Keys that type nothing, such as Escape, stay active: they are not pressed by accident.
    if (!singleKeys.on && event.key.length === 1) return;
    if (afterG && ADDRESSES[event.key]) {
      afterG = false;
      event.preventDefault();
      go(ADDRESSES[event.key]);
      return;
    }
    afterG = event.key === "g";
    if (event.key === "?") {
      event.preventDefault();
      help();
      return;
    }
    for (const keys of active) {
      if (keys[event.key] && keys[event.key][1](event) !== false) {
        event.preventDefault();
        return;
      }
    }
  });
  find("[data-help-button]").addEventListener("click", help);
}

function help() {
  const rows = [
    ...[...active].flatMap((keys) => Object.entries(keys).map(([key, [what]]) => [key, what])),
    ...EVERYWHERE,
  ];
  const checkbox = h("input", {
    type: "checkbox",
    checked: singleKeys.on,
    onchange: () => {
      singleKeys.on = checkbox.checked;
    },
  });
  const dialog = h(
    "dialog",
    {
      "aria-labelledby": "help-title",
      onclose: () => {
        dialog.remove();
      },
    },
    h(
      "div",
      { class: "dialog" },
      h("h2", { id: "help-title" }, "Keyboard shortcuts"),
      h(
        "dl",
        { class: "keys" },
        rows.map(([key, what]) => [
          h(
            "dt",
            {},
            key.split(" ").map((part) => h("kbd", {}, part)),
          ),
          h("dd", {}, what),
        ]),
      ),
      h("label", { class: "keys-turn" }, checkbox, "Single-key shortcuts"),
      h(
        "footer",
        {},
        h("button", {
          type: "button",
          onclick: () => {
            dialog.close();
          },
        }, "Close"),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}
