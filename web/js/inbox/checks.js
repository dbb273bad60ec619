/** Which requests are chosen to be approved at once. */

import { announce } from "../notices.js";
import { entries } from "./entries.js";

export class Checks {
  #chosen = new Set();
  #before = null;
  #changed;

  /** `changed()` is called after each choice. */
  constructor(changed) {
    this.#changed = changed;
  }

  get size() {
    return this.#chosen.size;
  }

  has(entry) {
    return this.#chosen.has(entry);
  }

  /** Those chosen, oldest first. */
  get chosen() {
    return (entries.listed ?? []).filter((entry) => this.has(entry));
  }

  /** Choose one or leave it out; `rows` and `through` do the same to all from the last one that was touched. */
  set(entry, on, { rows = [], through = false } = {}) {
    const [from, to] = [rows.indexOf(this.#before), rows.indexOf(entry)];
    this.#before = entry;
    this.setAll(through && from >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : [entry], on);
  }

  setAll(rows, on) {
    for (const entry of rows) if (entry.open) this.#chosen[on ? "add" : "delete"](entry);
    this.#changed();
    announce(this.size ? `${this.size} selected` : "None selected");
  }

  /** Leave out those that can be approved no more: others decide meanwhile, too. */
  tidy() {
    for (const entry of this.#chosen) if (!entry.open || entries.get(entry.id) !== entry) this.#chosen.delete(entry);
  }

  clear() {
    this.#chosen.clear();
    this.#changed();
  }
}
