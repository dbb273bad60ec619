/** The fields of forms: inputs with a label, a hint and a place for an error, and groups of radio buttons. */

import { each, h, write } from "./dom.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Input */

/**
 * @template {Input} [T=Input]
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {T} input
 * @property {(message: string) => boolean} showError "" removes the error. Returns whether there is one.
 * @property {boolean} invalid whether an error is shown
 */
/** @typedef {{ value: string, word: string, means?: string | null, aside?: string }} Option */

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
 * A group of radio buttons, each with its explanation; `errors` is for notices.
 * @param {string} legend
 * @param {string} name
 */
export function radioGroup(legend, name) {
  const list = h("div", { class: "start-choices-list" });
  const errors = h("div", {});
  const element = h("fieldset", { class: "start-choices" }, h("legend", { class: "label" }, legend), list, errors);
  return {
    element,
    errors,
    get value() {
      /** @type {HTMLInputElement | null} */
      const checked = list.querySelector("input:checked");
      return checked?.value ?? "";
    },
    /**
     * @param {Option[]} options
     * @param {string} chosen
     */
    fill(options, chosen) {
      each(list, options, ({ value }) => value, ({ value }) => radio(name, value), (label, option) => {
        const [word, aside, means] = label.children[1].children;
        write(word, option.word);
        write(aside, option.aside ?? "");
        write(means, option.means ?? "");
        /** @type {HTMLInputElement} */ (label.firstElementChild).checked = option.value === chosen;
      });
    },
  };
}

/**
 * @param {string} name
 * @param {string} value
 */
function radio(name, value) {
  const id = `${name}-${value || "none"}`;
  const described = { "aria-labelledby": `${id}-word`, "aria-describedby": `${id}-aside ${id}-means` };
  return h(
    "label",
    { class: "start-choice" },
    h("input", { type: "radio", name, value, ...described }),
    h(
      "span",
      { class: "start-choice-words" },
      h("span", { class: "start-choice-word", id: `${id}-word` }),
      h("span", { class: "start-choice-aside", id: `${id}-aside` }),
      h("span", { class: "start-choice-means", id: `${id}-means` }),
    ),
  );
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
