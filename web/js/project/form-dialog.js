/** A form in a dialog: it keeps what was typed until it has been sent, also when it is closed or something fails. */

import { h } from "../dom.js";
import { failure } from "../notices.js";
import { loadObject, randomKey, saveObject } from "../storage.js";

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
    const empty = required.filter(([field, message]) => field.say(field.input.value.trim() ? "" : message));
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

/** Let each of `{field: labelled}` say what the Problem says of it; focus the first that does. */
export function blame(fields, error) {
  const blamed = Object.entries(fields).filter(([name, field]) => field.say(error.about?.(name) ?? ""));
  blamed[0]?.[1].input.focus();
  return blamed.length > 0;
}

const SAVE_AFTER = 250; // ms

export class FormDraft {
  /** What was kept, as `follow` was given it; an empty object where nothing was. */
  values = {};

  #place;
  #read = null;
  #clock;
  #sent = null;
  #key;

  /** `form` tells the dialogs of a project apart. */
  constructor(form, projectId) {
    this.#place = `draft of ${form} for ${projectId}`;
    this.values = loadObject(this.#place);
  }

  /** Keep what `read()` gives, as it changes in the dialog and until `signal` aborts; null is nothing to keep. */
  follow(dialog, read, signal) {
    this.#read = read;
    dialog.addEventListener("input", () => this.keep());
    dialog.addEventListener("close", () => this.save());
    addEventListener("pagehide", () => this.save(), { signal });
    signal.addEventListener("abort", () => this.save());
  }

  /** Save it soon. */
  keep() {
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.#clock);
    if (!this.#read) return;
    const values = this.#read();
    saveObject(this.#place, values);
  }

  /** The key under which this is sent, as long as it is the same: sent again, it is made once. */
  keyOf(body) {
    const text = JSON.stringify(body);
    if (text !== this.#sent) [this.#sent, this.#key] = [text, randomKey()];
    return this.#key;
  }

  /** It was sent: what the dialog still shows is a draft no more. */
  clear() {
    clearTimeout(this.#clock);
    this.#read = null;
    this.#sent = null;
    saveObject(this.#place, null);
  }
}
