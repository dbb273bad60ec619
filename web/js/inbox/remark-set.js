/** The remarks of a draft, and who has to know of a change: the composer and the document. */

import { uuid } from "../storage.js";

/** @import { Draft } from "./draft.js" */
/** @import { Remark } from "./remarks.js" */

/** Dispatches `change` for each change of the list, `jump` with a Remark that is to be shown in the document, and
 * `keep` with one that is written: the focus returns to its place. */
export class RemarkSet extends EventTarget {
  #draft;

  /** @param {Draft} draft */
  constructor(draft) {
    super();
    this.#draft = draft;
  }

  get all() {
    return this.#draft.typed.changes.remarks;
  }

  /**
   * Add a remark without a text, and return it.
   * @param {Omit<Remark, "id" | "text">} place
   */
  add(place) {
    const remark = { ...place, id: uuid(), text: "" };
    this.#set([...this.all, remark]);
    return remark;
  }

  /**
   * @param {string} id
   * @param {string} text
   */
  write(id, text) {
    this.#draft.type("changes", { remarks: this.all.map((one) => (one.id === id ? { ...one, text } : one)) });
  }

  /**
   * Remove a remark, and return a function that puts it back.
   * @param {string} id
   */
  remove(id) {
    const before = this.all;
    this.#set(before.filter((one) => one.id !== id));
    return () => this.#set(before);
  }

  /**
   * Return to the place of a remark, which is written.
   * @param {Remark} remark
   */
  keep(remark) {
    this.dispatchEvent(new CustomEvent("keep", { detail: remark }));
  }

  /** @param {Remark} remark */
  jump(remark) {
    this.dispatchEvent(new CustomEvent("jump", { detail: remark }));
  }

  /** @param {Remark[]} remarks */
  #set(remarks) {
    this.#draft.type("changes", { remarks });
    this.dispatchEvent(new Event("change"));
  }
}
