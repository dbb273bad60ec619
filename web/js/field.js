/** A labelled form field, with a hint and a place for its error. */

import { h, write } from "./dom.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Input */

/**
 * @template {Input} [T=Input]
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {T} input
 * @property {(message: string) => boolean} showError "" removes the error. Returns whether there is one.
 * @property {boolean} invalid whether an error is shown
 */

let lastId = 0;

/**
 * @template {Input} T
 * @param {string} label
 * @param {T} input
 * @param {string} [hint]
 * @returns {Field<T>}
 */
export function field(label, input, hint) {
  const id = `field-${lastId += 1}`;
  const error = h("p", { class: "field-error", id: `${id}-error` });
  const description = hint ? h("p", { class: "faint", id: `${id}-hint` }, hint) : null;
  input.id = id;
  input.setAttribute("aria-describedby", description ? `${description.id} ${error.id}` : error.id);
  return {
    element: h("div", { class: "field" }, h("label", { for: id }, label), description, input, error),
    input,
    showError(message) {
      write(error, message);
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      return Boolean(message);
    },
    get invalid() {
      return input.getAttribute("aria-invalid") === "true";
    },
  };
}

/**
 * A field of several lines. `typed(text)` is called for each change; `properties` are those of the textarea.
 * @param {string} label
 * @param {string} text
 * @param {(text: string) => void} typed
 * @param {{ hint?: string } & Record<string, unknown>} [properties]
 * @returns {Field<HTMLTextAreaElement>}
 */
export function textField(label, text, typed, { hint, ...properties } = {}) {
  const oninput = () => {
    result.showError("");
    typed(result.input.value);
  };
  const result = field(label, h("textarea", { dir: "auto", oninput, ...properties }), hint);
  result.input.value = text;
  return result;
}

/**
 * Submit a form with Ctrl+Enter or Cmd+Enter.
 * @param {HTMLFormElement} form
 */
export function submitWithKeys(form) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
