/** What the page says to a person outside its views: spoken news, toasts, and errors with a way out. */

import { h, icon, write } from "./dom.js";

/** Say it to a screen reader, without moving the focus. */
export function announce(text) {
  write(document.querySelector("[data-announcements]"), text);
}

/** Show a short notice in the corner for some seconds; it is announced, too. */
export function toast(text) {
  const element = h("p", { class: "toast" }, text);
  document.querySelector(".toasts").append(element);
  announce(text);
  setTimeout(() => element.remove(), 6_000);
}

/** What went wrong, and a button to try again where that may help. */
export function failure(error, again) {
  return h("div", { class: "notice", role: "alert", dataset: { tone: "bad" } },
    h("strong", {}, error.status === 404 ? "Not found" : "That did not work"),
    h("span", {}, error.message),
    again && h("button", { type: "button", onclick: again }, "Try again"));
}

/** What stands where there is nothing yet: says what to do next. */
export function empty(picture, heading, text, ...actions) {
  return h("div", { class: "empty" }, icon(picture), h("h2", {}, heading), h("p", {}, text), ...actions);
}
