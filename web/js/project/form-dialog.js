/** A form in a dialog, and its draft: what was typed is kept until it is sent, also when the dialog is closed or a call fails. */

import { h } from "../dom.js";
import { submitWithKeys } from "../field.js";
import { failure } from "../notices.js";
import { Problem } from "../rest.js";
import { loadObject, randomKey, saveObject } from "../storage.js";

/** @import { Field } from "../field.js" */

/**
 * @typedef {object} Form
 * @property {string} heading
 * @property {string} text
 * @property {HTMLElement[]} fields
 * @property {[field: Field, message: string][]} required with the error where a field is empty
 * @property {string} submit the button's text
 * @property {() => Promise<void>} send may throw a Problem
 * @property {(error: unknown) => boolean} refused marks the fields that an error is about; returns whether it found one
 */

/**
 * Make a dialog with a form, to be shown with showModal().
 * @param {Form} form
 */
export function formDialog({ heading, text, fields, required, submit, send, refused }) {
  const errors = h("div", {});
  const button = h("button", { type: "submit", class: "primary" }, submit);
  const form = h(
    "form",
    { class: "dialog", novalidate: true },
    h("h2", { id: "form-dialog-title" }, heading),
    h("p", { class: "soft" }, text),
    fields,
    errors,
    h(
      "footer",
      {},
      h("button", {
        type: "button",
        onclick: () => {
          dialog.close();
        },
      }, "Close"),
      button,
    ),
  );
  const dialog = h("dialog", {
    "aria-labelledby": "form-dialog-title",
    onclose: () => {
      dialog.remove();
    },
  }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const empty = required.filter(([field, message]) => field.showError(field.input.value.trim() ? "" : message));
    if (empty.length) {
      empty[0][0].input.focus();
      return;
    }
    button.disabled = true;
    errors.replaceChildren();
    try {
      await send();
      dialog.close();
    } catch (error) {
      if (!refused(error)) errors.replaceChildren(failure(error));
    } finally {
      button.disabled = false;
    }
  });
  submitWithKeys(form);
  return dialog;
}

/**
 * Show what a Problem says of each field; focus the first with an error. Return whether there is one.
 * @param {Record<string, Field>} fields
 * @param {unknown} error
 */
export function blame(fields, error) {
  const blamed = Object.entries(fields).filter(([name, field]) =>
    field.showError(error instanceof Problem ? error.about(name) : "")
  );
  blamed[0]?.[1].input.focus();
  return blamed.length > 0;
}

const SAVE_AFTER = 250; // ms

export class FormDraft {
  /** What was kept; an empty object where nothing was. @type {Record<string, any>} */
  values = {};

  #place;
  /** @type {(() => object | null) | null} */
  #read = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #clock;
  /** @type {string | null} */
  #sent = null;
  #key = "";

  /**
   * `form` distinguishes the dialogs of a project.
   * @param {string} form
   * @param {string} projectId
   */
  constructor(form, projectId) {
    this.#place = `draft of ${form} for ${projectId}`;
    this.values = loadObject(this.#place);
  }

  /**
   * Keep what `read()` returns, as it changes in the dialog and until `signal` aborts; null keeps nothing.
   * @param {HTMLElement} dialog
   * @param {() => object | null} read
   * @param {AbortSignal} signal
   */
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

  /**
   * The key under which this is sent, as long as it is the same: sent again, it is made once.
   * @param {object} body
   */
  keyOf(body) {
    const text = JSON.stringify(body);
    if (text !== this.#sent) [this.#sent, this.#key] = [text, randomKey()];
    return this.#key;
  }

  /** Forget the draft: it was sent. */
  clear() {
    clearTimeout(this.#clock);
    this.#read = null;
    this.#sent = null;
    saveObject(this.#place, null);
  }
}
