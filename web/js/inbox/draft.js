/** What a person has typed about one request, kept in this tab over reloads until it is applied or discarded. */

import { loadObject, saveObject, uuid } from "../storage.js";

/** @import { HitlAction } from "../api.d.ts" */

/** @typedef {"content" | "feedback"} Way */

const KEY = "botarmy.draft.";
const SAVE_AFTER = 300; // ms

/**
 * @typedef {object} Typed
 * @property {{ comment: string, raise: string }} approve
 * @property {Amendment} amend
 * @property {{ comment: string }} reject
 */

/**
 * @typedef {object} Amendment
 * @property {Way | null} way
 * @property {string | null} artifactId a key of Amendable
 * @property {Record<string, string | undefined>} contents by key
 * @property {string} comment
 * @property {string} feedback
 * @property {string | null} redo the stage that the work goes back to, or null for the one that the gate would choose
 */

/** @returns {Typed} */
const blank = () => ({
  approve: { comment: "", raise: "" },
  amend: { way: null, artifactId: null, contents: {}, comment: "", feedback: "", redo: null },
  reject: { comment: "" },
});

/** @type {Set<Draft>} */
const unsaved = new Set();
addEventListener("pagehide", () => unsaved.forEach((draft) => draft.save()));

export class Draft {
  /** Which form is open. @type {HitlAction | null} */
  form = null;
  /** The action that was sent and not judged yet. @type {HitlAction | null} */
  sent = null;
  /** Whether this tab can keep it: not if it is too large for the browser's storage. */
  kept = true;
  /** What is typed for each action. */
  typed = blank();

  #key;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Partial<Record<HitlAction, string>>} */
  #ids = {};

  /** @param {string} requestId */
  constructor(requestId) {
    this.#key = KEY + requestId;
    const { form = null, sent = null, ids = {}, ...typed } = loadObject(this.#key);
    Object.assign(this, { form, sent });
    this.#ids = ids;
    const { approve, amend, reject } = this.typed;
    Object.assign(approve, typed.approve);
    Object.assign(amend, typed.amend);
    Object.assign(reject, typed.reject);
  }

  /**
   * Change what is typed for an action. It is then another response, with a decision_id of its own.
   * @param {HitlAction} action
   * @param {object} values
   */
  type(action, values) {
    Object.assign(this.typed[action], values);
    delete this.#ids[action];
    this.saveSoon();
  }

  /**
   * The decision_id of an action. It is the same until what is typed changes, so that a retry is safe.
   * @param {HitlAction} action
   */
  decisionId(action) {
    const id = (this.#ids[action] ??= uuid());
    this.save();
    return id;
  }

  /**
   * Use another decision_id the next time, since this one cannot be used again.
   * @param {HitlAction} action
   */
  renew(action) {
    delete this.#ids[action];
    this.saveSoon();
  }

  /**
   * Each text that was typed, with its label.
   * @returns {[label: string, text: string][]}
   */
  get texts() {
    const { approve, amend, reject } = this.typed;
    /** @type {[label: string, text: string | undefined][]} */
    const texts = [
      ...Object.values(amend.contents).map((text) => /** @type {[string, string | undefined]} */ (["Content", text])),
      ["Comment on the content", amend.comment],
      ["Feedback", amend.feedback],
      ["Reason to reject", reject.comment],
      ["Comment on the approval", approve.comment],
      ["Raise", approve.raise],
    ];
    return texts.flatMap(([label, text]) => (text?.trim() ? [[label, text]] : []));
  }

  /** The action that something was typed for, or null. @returns {HitlAction | null} */
  get typedAction() {
    const { contents, comment, feedback } = this.typed.amend;
    if (Object.values(contents).some((text) => text !== undefined) || comment.trim() || feedback.trim()) return "amend";
    if (this.typed.reject.comment.trim()) return "reject";
    const { comment: remark, raise } = this.typed.approve;
    return remark.trim() || raise.trim() ? "approve" : null;
  }

  /**
   * What was typed for other actions and is dropped when this one is sent: "amendment", "reason to reject", or both.
   * @param {HitlAction} action
   */
  dropped(action) {
    const { contents, comment, feedback } = this.typed.amend;
    const amended = [...Object.values(contents), comment, feedback].some((text) => text?.trim());
    const rejected = this.typed.reject.comment.trim();
    return [
      action !== "amend" && amended && "amendment",
      action !== "reject" && rejected && "reason to reject",
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
    const empty = !form && !sent && !this.typedAction && !Object.keys(this.#ids).length;
    this.kept = saveObject(this.#key, empty ? null : { form, sent, ...this.typed, ids: this.#ids });
  }

  clear() {
    Object.assign(this, { form: null, sent: null });
    this.typed = blank();
    this.#ids = {};
    this.save();
  }
}
