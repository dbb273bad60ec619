/**
 * What somebody has typed to start a project. It outlives the dialog, an error and a reload, until the project is
 * started or the draft is discarded.
 */

import { randomKey } from "../random-key.js";

const PLACE = "draft of a project";
const SAVE_AFTER = 250; // ms
const EMPTY = { name: "", description: "", pipeline: "", oversight: "" };

export class Draft {
  /** `{name, description, pipeline, oversight}`, as the form has them: "" is nothing chosen. */
  values = { ...EMPTY };
  /** The name that was proposed, or null where a person wrote one. */
  proposed = "";

  #key = null;
  #clock;

  constructor() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(PLACE));
      if (!kept) return;
      Object.assign(this.values, kept.values);
      this.proposed = kept.proposed;
      this.#key = kept.key;
    } catch {
      // Without storage, or with something strange in it, one begins anew.
    }
  }

  get empty() {
    return !this.values.name && !this.values.description;
  }

  /**
   * What the start is known by. It stays the same while the draft does: sent again after an answer that was lost, it
   * is the same project.
   */
  get key() {
    if (!this.#key) {
      this.#key = randomKey();
      this.save();
    }
    return this.#key;
  }

  change(values) {
    if (Object.entries(values).every(([name, value]) => this.values[name] === value)) return;
    Object.assign(this.values, values);
    this.#key = null;
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.#clock);
    try {
      if (this.empty) sessionStorage.removeItem(PLACE);
      else sessionStorage.setItem(PLACE, JSON.stringify({ values: this.values, proposed: this.proposed, key: this.#key }));
    } catch {
      // A brief that is too large for it lasts as long as the page.
    }
  }

  clear() {
    this.values = { ...EMPTY, pipeline: this.values.pipeline, oversight: this.values.oversight };
    this.proposed = "";
    this.#key = null;
    this.save();
  }
}
