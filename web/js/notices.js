/** Messages: announcements to screen readers, toasts, errors with a button to try again, and empty states. */

import { find, h, icon, write } from "./dom.js";
import { Problem } from "./rest.js";

/** @import { Child } from "./elements.d.ts" */

/**
 * Announce a text to screen readers, without moving the focus.
 * @param {string} text
 */
export function announce(text) {
  write(find("[data-announcements]"), text);
}

const TOAST_TIME = 6_000; // ms
const UNDO_TIME = 20_000;

/**
 * Show a short notice in the corner for some seconds, and announce it. `action` is a button in it, such as "Undo".
 * @param {string} text
 * @param {{ label: string, run: () => void }} [action]
 */
export function toast(text, action) {
  const press = () => {
    element.remove();
    action?.run();
  };
  const button = action && h("button", { type: "button", class: "quiet", onclick: press }, action.label);
  const element = h("p", { class: "toast" }, text, button);
  find(".toasts").append(element);
  announce(text);
  setTimeout(() => element.remove(), action ? UNDO_TIME : TOAST_TIME);
}

/**
 * An error, and a button that calls `again`, if it is given.
 * @param {unknown} error
 * @param {() => void} [again]
 */
export function failure(error, again) {
  return h(
    "div",
    { class: "notice", role: "alert", dataset: { tone: "bad" } },
    h("strong", {}, error instanceof Problem && error.status === 404 ? "Not found" : "That did not work"),
    h("span", {}, messageOf(error)),
    again && h("button", { type: "button", onclick: again }, "Try again"),
  );
}

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * What is shown instead of an empty list or view: it says what to do next.
 * @param {string} picture
 * @param {string} heading
 * @param {string} text
 * @param {...Child} actions
 */
export function empty(picture, heading, text, ...actions) {
  return h("div", { class: "empty" }, icon(picture), h("h2", {}, heading), h("p", {}, text), ...actions);
}
