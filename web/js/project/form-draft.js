/** What somebody has typed into one of a project's dialogs: kept in this tab over reloads until it has been sent. */

import { randomKey } from "../random-key.js";

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
    try {
      this.values = JSON.parse(sessionStorage.getItem(this.#place)) ?? {};
    } catch {
      // Without storage, or with something strange in it, one begins anew.
    }
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
    try {
      if (values) sessionStorage.setItem(this.#place, JSON.stringify(values));
      else sessionStorage.removeItem(this.#place);
    } catch {
      // A text that is too large for it lasts as long as the page.
    }
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
    try {
      sessionStorage.removeItem(this.#place);
    } catch {
      // Without storage there is nothing to remove.
    }
  }
}
