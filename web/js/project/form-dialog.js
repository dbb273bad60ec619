/** A form in a dialog: it keeps what was typed until it has been sent, also when it is closed or something fails. */

import { h } from "../dom.js";
import { failure } from "../notices.js";

/**
 * `fields` are elements; `required` are pairs of a labelled field and what is said where it is empty; `send()` makes
 * the call and may throw a Problem; `refused(error)` marks the fields that it is about and tells whether it found one.
 * Gives the dialog, to be shown with showModal().
 */
export function formDialog({ heading, text, fields, required, submit, send, refused }) {
  const trouble = h("div", {});
  const button = h("button", { type: "submit", class: "primary" }, submit);
  const form = h("form", { class: "dialog", novalidate: true },
    h("h2", { id: "form-dialog-title" }, heading), h("p", { class: "soft" }, text), fields, trouble,
    h("footer", {}, h("button", { type: "button", onclick: () => dialog.close() }, "Close"), button));
  const dialog = h("dialog", { "aria-labelledby": "form-dialog-title", onclose: () => dialog.remove() }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const empty = required.filter(([field, message]) => field.says(field.input.value.trim() ? "" : message));
    if (empty.length) {
      empty[0][0].input.focus();
      return;
    }
    button.disabled = true;
    trouble.replaceChildren();
    try {
      await send();
      dialog.close();
    } catch (error) {
      if (!refused(error)) trouble.replaceChildren(failure(error));
    } finally {
      button.disabled = false;
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return dialog;
}

/** A labelled field with a place for what is wrong with it: `{element, input, says(message)}`. */
export function labelled(id, text, input, hint) {
  const error = h("p", { class: "field-error", id: `${id}-error` });
  Object.assign(input, { id });
  input.setAttribute("aria-describedby", `${id}-error`);
  return {
    element: h("div", { class: "field" },
      h("label", { for: id }, text), hint && h("p", { class: "soft" }, hint), input, error),
    input,
    says(message) {
      error.textContent = message;
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      return Boolean(message);
    },
  };
}

/** Let each of `{field: labelled}` say what the Problem says of it; focus the first that does. */
export function blame(fields, error) {
  const blamed = Object.entries(fields).filter(([name, field]) => field.says(error.about?.(name) ?? ""));
  blamed[0]?.[1].input.focus();
  return blamed.length > 0;
}
