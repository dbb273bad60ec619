/** What a person has typed about one request, kept in this tab over reloads until it is applied or discarded. */

import { loadObject, saveObject, uuid } from "../storage.js";
import { changeRequest } from "./remarks.js";

/** @import { Move } from "../labels.js" */
/** @import { Remark } from "./remarks.js" */

const KEY = "botarmy.draft.";
const SAVE_AFTER = 300; // ms

/**
 * @typedef {object} Typed what is typed for each move
 * @property {{ comment: string, raise: string }} approve
 * @property {ChangeRequest} changes
 * @property {Edit} edit
 * @property {{ comment: string }} reject
 */

/**
 * @typedef {object} ChangeRequest
 * @property {string} feedback
 * @property {Remark[]} remarks comments on places of the document
 * @property {string | null} redo the step that the work goes back to, or null for the one that the review would choose
 */

/**
 * @typedef {object} Edit
 * @property {string | null} artifactId a key of Amendable
 * @property {Record<string, string | undefined>} contents by key
 * @property {string} comment
 */

/** @returns {Typed} */
const blank = () => ({
  approve: { comment: "", raise: "" },
  changes: { feedback: "", remarks: [], redo: null },
  edit: { artifactId: null, contents: {}, comment: "" },
  reject: { comment: "" },
});

/** @type {Set<Draft>} */
const unsaved = new Set();
addEventListener("pagehide", () => unsaved.forEach((draft) => draft.save()));

export class Draft {
  /** Which form is open. @type {Move | null} */
  form = null;
  /** The move that was sent and not judged yet. @type {Move | null} */
  sent = null;
  /** Whether this tab can keep it: not if it is too large for the browser's storage. */
  kept = true;
  /** What is typed for each move. */
  typed = blank();

  #key;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Partial<Record<Move, string>>} */
  #ids = {};

  /** @param {string} requestId */
  constructor(requestId) {
    this.#key = KEY + requestId;
    this.#read(loadObject(this.#key));
  }

  /** @param {Record<string, any>} stored */
  #read({ form = null, sent = null, ids = {}, ...typed }) {
    this.typed = blank();
    this.#ids = ids;
    // An earlier version of the page had other moves.
    [this.form, this.sent] = [form, sent].map((move) => (move in this.typed ? move : null));
    for (const move of /** @type {Move[]} */ (Object.keys(this.typed))) Object.assign(this.typed[move], typed[move]);
  }

  /**
   * Change what is typed for a move. It is then another response, with a decision_id of its own.
   * @param {Move} move
   * @param {object} values
   */
  type(move, values) {
    Object.assign(this.typed[move], values);
    delete this.#ids[move];
    this.saveSoon();
  }

  /**
   * The decision_id of a move. It is the same until what is typed changes, so that a retry is safe.
   * @param {Move} move
   */
  decisionId(move) {
    const id = (this.#ids[move] ??= uuid());
    this.save();
    return id;
  }

  /**
   * Use another decision_id the next time, since this one cannot be used again.
   * @param {Move} move
   */
  renew(move) {
    delete this.#ids[move];
    this.saveSoon();
  }

  /**
   * Each text that was typed, with its label.
   * @returns {[label: string, text: string][]}
   */
  get texts() {
    const { approve, changes, edit, reject } = this.typed;
    /** @type {[label: string, text: string | undefined][]} */
    const texts = [
      ...Object.values(edit.contents).map((text) => /** @type {[string, string | undefined]} */ (["Content", text])),
      ["Comment on the content", edit.comment],
      ["Requested changes", changeRequest(changes.feedback, changes.remarks)],
      ["Reason to reject", reject.comment],
      ["Comment on the approval", approve.comment],
      ["Raise", approve.raise],
    ];
    return texts.flatMap(([label, text]) => (text?.trim() ? [[label, text]] : []));
  }

  /** The move that something was typed for, or null. @returns {Move | null} */
  get typedMove() {
    const { approve, changes, edit, reject } = this.typed;
    if (Object.values(edit.contents).some((text) => text !== undefined) || edit.comment.trim()) return "edit";
    if (changes.feedback.trim() || changes.remarks.length) return "changes";
    if (reject.comment.trim()) return "reject";
    return approve.comment.trim() || approve.raise.trim() ? "approve" : null;
  }

  /**
   * What was typed for other moves and is dropped when this one is sent: "edit", "change request and reason to reject".
   * @param {Move} move
   */
  dropped(move) {
    const { changes, edit, reject } = this.typed;
    const edited = [...Object.values(edit.contents), edit.comment].some((text) => text?.trim());
    return [
      move !== "edit" && edited && "edit",
      move !== "changes" && (changes.feedback.trim() || changes.remarks.length > 0) && "change request",
      move !== "reject" && reject.comment.trim() && "reason to reject",
    ].filter(Boolean).join(" and your ");
  }

  /** Save it after a short pause. */
  saveSoon() {
    clearTimeout(this.#timer);
    unsaved.add(this);
    this.#timer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.#timer);
    unsaved.delete(this);
    const { form, sent } = this;
    const empty = !form && !sent && !this.typedMove && !Object.keys(this.#ids).length;
    this.kept = saveObject(this.#key, empty ? null : this.#stored());
  }

  #stored() {
    const { form, sent } = this;
    return { form, sent, ...this.typed, ids: this.#ids };
  }

  /** Empty it, and return a function that restores it as it was. */
  clear() {
    const stored = this.#stored();
    this.#read({});
    this.save();
    return () => {
      this.#read(stored);
      this.save();
    };
  }
}
