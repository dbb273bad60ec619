/** A labelled field whose error is said where it stands. */

import { h, write } from "../dom.js";

/** So many characters the API takes of a comment. */
export const COMMENT_MOST = 10_000;

let made = 0;

/** `{element, input, say}`; say("") takes the error back. */
export function field(label, input, hint) {
  const id = `field-${(made += 1)}`;
  const error = h("p", { class: "field-error", id: `${id}-error` });
  const about = hint && h("p", { class: "faint", id: `${id}-hint` }, hint);
  input.id = id;
  input.setAttribute("aria-describedby", about ? `${id}-hint ${id}-error` : `${id}-error`);
  const element = h("div", { class: "field" }, h("label", { for: id }, label), about, input, error);
  const say = (message) => {
    write(error, message);
    if (message) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  return { element, input, say };
}

/** A field of several lines for what a person says; `typed(text)` is called as it changes. */
export function textField(label, text, typed, { hint, ...more } = {}) {
  const input = h("textarea", { dir: "auto", oninput: () => { one.say(""); typed(input.value); }, ...more });
  input.value = text;
  const one = field(label, input, hint);
  return one;
}
