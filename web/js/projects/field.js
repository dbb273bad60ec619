/** A labelled input with its hint and its error. */

import { h, write } from "../dom.js";

/** `say(text)` shows what is wrong with it, or with "" that nothing is. */
export function field(label, id, input, hint) {
  const error = h("span", { class: "field-error", id: `start-${id}-error` });
  const note = hint && h("span", { class: "faint", id: `start-${id}-hint` }, hint);
  input.id = `start-${id}`;
  input.setAttribute("aria-describedby", [note?.id, error.id].filter(Boolean).join(" "));
  return {
    input,
    element: h("div", { class: "field" }, h("label", { for: input.id }, label), note, input, error),
    get wrong() {
      return input.getAttribute("aria-invalid") === "true";
    },
    say(text) {
      write(error, text && text.charAt(0).toUpperCase() + text.slice(1));
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
}
