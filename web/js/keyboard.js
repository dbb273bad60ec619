/** Keyboard shortcuts: single keys, off while a person types or has turned them off. `?` lists those in force. */

import { find, h } from "./dom.js";
import { load, save } from "./storage.js";

/** @typedef {Record<string, [what: string, action: (event: KeyboardEvent) => unknown]>} Shortcuts */

const SETTING = "botarmy.single-keys";
/** @type {Set<Shortcuts>} */
const inForce = new Set();
const EVERYWHERE = [["?", "Show this list"], ["g p", "Go to the projects"], ["g i", "Go to the inbox"], [
  "g s",
  "Go to the system",
]];

/**
 * Put `{key: [what it does, action]}` in force until `signal` aborts. An action that returns false leaves the key alone.
 * @param {Shortcuts} keys
 * @param {AbortSignal} signal
 */
export function shortcuts(keys, signal) {
  inForce.add(keys);
  signal.addEventListener("abort", () => inForce.delete(keys));
}

/** @param {EventTarget | null} target */
const typing = (target) =>
  target instanceof Element &&
  target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

/** Whether single keys do something. People who dictate, or press keys by accident, turn them off. */
const singleKeys = {
  /** @type {boolean | undefined} */
  kept: undefined,
  get on() {
    return this.kept ?? load("local", SETTING) !== "off";
  },
  set on(on) {
    this.kept = save("local", SETTING, on ? null : "off") ? undefined : on;
  },
};

/** @param {(href: string) => void} go */
export function startKeyboard(go) {
  let leading = false;
  /** @type {Record<string, string>} */
  const places = { p: "/", i: "/inbox", s: "/system" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    // Keys that write nothing, such as Escape, stay: they are not pressed by accident.
    if (!singleKeys.on && event.key.length === 1) return;
    if (leading && places[event.key]) {
      leading = false;
      event.preventDefault();
      go(places[event.key]);
      return;
    }
    leading = event.key === "g";
    if (event.key === "?") {
      event.preventDefault();
      help();
      return;
    }
    for (const keys of inForce) {
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
    ...[...inForce].flatMap((keys) => Object.entries(keys).map(([key, [what]]) => [key, what])),
    ...EVERYWHERE,
  ];
  const turn = h("input", {
    type: "checkbox",
    checked: singleKeys.on,
    onchange: () => {
      singleKeys.on = turn.checked;
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
            key.split(" ").map((one) => h("kbd", {}, one)),
          ),
          h("dd", {}, what),
        ]),
      ),
      h("label", { class: "keys-turn" }, turn, "Single-key shortcuts"),
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
