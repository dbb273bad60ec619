/** A form in a dialog, and its draft, which is kept until it is sent: also if the dialog is closed or sending fails. */

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
 * @property {[field: Field, message: string][]} required with the error to show if a field is empty
 * @property {string} submit the button's text
 * @property {() => Promise<void>} send may throw a Problem
 * @property {(error: unknown) => boolean} showErrors at the fields that an error is about; returns whether there are any
 */

/**
 * A dialog with a form; showModal() opens it.
 * @param {Form} form
 */
export function formDialog({ heading, text, fields, required, submit, send, showErrors }) {
  const errors = h("div", {});
  const button = h("button", { type: "submit", class: "primary", dataset: { changes: "" } }, submit);
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
      if (!showErrors(error)) errors.replaceChildren(failure(error));
    } finally {
      button.disabled = false;
    }
  });
  submitWithKeys(form);
  return dialog;
}

/**
 * Show the errors of a Problem at their fields, and focus the first of these. Return whether there is one. Several names
 * may have the same field.
 * @param {Record<string, Field>} fields
 * @param {unknown} error
 */
export function showFieldErrors(fields, error) {
  /** @type {Map<Field, string>} */
  const messages = new Map();
  for (const [name, field] of Object.entries(fields)) {
    messages.set(field, messages.get(field) || (error instanceof Problem ? error.about(name) : ""));
  }
  // One that is not shown cannot show its error.
  const invalid = [...messages].filter(([field, message]) => field.showError(message) && field.element.isConnected);
  invalid[0]?.[0].input.focus();
  return invalid.length > 0;
}

const SAVE_AFTER = 250; // ms

export class FormDraft {
  /** The draft that was kept; an empty object if there was none. @type {Record<string, any>} */
  values = {};

  #storageKey;
  /** @type {(() => object | null) | null} */
  #read = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {string | null} */
  #lastBody = null;
  #key = "";

  /**
   * `form` distinguishes the dialogs of a project.
   * @param {string} form
   * @param {string} projectId
   */
  constructor(form, projectId) {
    this.#storageKey = `draft of ${form} for ${projectId}`;
    this.values = loadObject(this.#storageKey);
  }

  /**
   * Keep what `read()` returns, as it changes in the dialog and until `signal` aborts; null keeps nothing.
   * @param {HTMLElement} dialog
   * @param {() => object | null} read
   * @param {AbortSignal} signal
   */
  follow(dialog, read, signal) {
    this.#read = read;
    dialog.addEventListener("input", () => this.saveSoon());
    dialog.addEventListener("close", () => this.save());
    addEventListener("pagehide", () => this.save(), { signal });
    signal.addEventListener("abort", () => this.save());
  }

  /** Save it after a short pause. */
  saveSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.#timer);
    if (!this.#read) return;
    const values = this.#read();
    saveObject(this.#storageKey, values);
  }

  /**
   * The idempotency key for a body. It stays the same until the body changes, so that a retry has no second effect.
   * @param {object} body
   */
  keyOf(body) {
    const text = JSON.stringify(body);
    if (text !== this.#lastBody) [this.#lastBody, this.#key] = [text, randomKey()];
    return this.#key;
  }

  /** Forget the draft: it was sent. */
  clear() {
    clearTimeout(this.#timer);
    this.#read = null;
    this.#lastBody = null;
    saveObject(this.#storageKey, null);
  }
}
