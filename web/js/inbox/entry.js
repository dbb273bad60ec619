/** One request as the inbox knows it, and the draft of a response to it. */

import { loadObject, saveObject, uuid } from "../storage.js";

export class Entry {
  /** What became of the response that was given here: null, or `{phase, action, …}`, see responding.js. */
  reply = null;
  /** How it was closed: null, or `{status, decision, mine}`. */
  closure = null;
  /** Whether the list of what waits has ever named it, and whether it stays there though it is closed. */
  listed = false;
  lingers = false;

  constructor(request) {
    this.request = request;
    this.draft = new Draft(request.request_id);
    if (this.draft.sent) this.reply = { phase: "sent", action: this.draft.sent };
  }

  get id() {
    return this.request.request_id;
  }

  /** Whether a person may respond now. */
  get open() {
    return !this.closure && this.reply?.phase !== "sending" && this.reply?.phase !== "sent";
  }

  /** "Is this the right project? Shop", to speak of it where it does not stand. */
  get name() {
    return `${this.request.question} ${this.request.project_name}`;
  }
}

const age = ({ request, id }) => request.created_at + id;

/** Oldest first. */
export const byAge = (one, other) => (age(one) < age(other) ? -1 : 1);

/** How a request that was read says that it ended. */
export function closureOf(request) {
  const decision = request.history.find((one) => one.decision_id === request.decision_id) ?? null;
  return { status: request.status, decision, mine: false };
}

const KEY = "botarmy.draft.";
const SAVE_AFTER = 300; // ms
const BLANK = {
  approve: { comment: "" },
  amend: { way: null, artifactId: null, contents: {}, comment: "", feedback: "" },
  reject: { comment: "" },
};

const unsaved = new Set();
addEventListener("pagehide", () => unsaved.forEach((draft) => draft.save()));

export class Draft {
  /** Which form is open, "approve", "amend" or "reject", and the action that was sent and not judged yet. */
  form = null;
  sent = null;
  /** Whether this tab can keep it; false where it is too large for the browser's storage. */
  kept = true;

  #key; #timer;
  #ids = {};

  constructor(requestId) {
    this.#key = KEY + requestId;
    const { form = null, sent = null, ids = {}, ...typed } = loadObject(this.#key);
    Object.assign(this, { form, sent });
    this.#ids = ids;
    for (const [action, blank] of Object.entries(BLANK)) this[action] = structuredClone({ ...blank, ...typed[action] });
  }

  /** Change what is typed for an action: from then on it is another response. */
  type(action, values) {
    Object.assign(this[action], values);
    delete this.#ids[action];
    this.keep();
  }

  /** The decision_id of an action as it is typed now: the same until that changes, so that sending again is safe. */
  decisionId(action) {
    this.#ids[action] ??= uuid();
    this.save();
    return this.#ids[action];
  }

  /** Take another decision_id, where the one there was used up. */
  renew(action) {
    delete this.#ids[action];
    this.keep();
  }

  /** Each text that was typed, with its label. */
  get texts() {
    const { approve, amend, reject } = this;
    return [
      ...Object.values(amend.contents).map((text) => ["Content", text]), ["Comment on the content", amend.comment],
      ["Feedback", amend.feedback], ["Reason to reject", reject.comment], ["Comment on the approval", approve.comment],
    ].filter(([, text]) => text?.trim());
  }

  /** The action that something was typed for. */
  get typedAction() {
    const { contents, comment, feedback } = this.amend;
    if (Object.values(contents).some((text) => text !== undefined) || comment.trim() || feedback.trim()) return "amend";
    if (this.reject.comment.trim()) return "reject";
    return this.approve.comment.trim() ? "approve" : null;
  }

  /** What was typed for other actions and goes when this one is taken: "amendment", "reason to reject", or both. */
  dropped(action) {
    const { contents, comment, feedback } = this.amend;
    const amended = [...Object.values(contents), comment, feedback].some((text) => text?.trim());
    const refused = this.reject.comment.trim();
    return [
      action !== "amend" && amended && "amendment", action !== "reject" && refused && "reason to reject",
    ].filter(Boolean).join(" and your ");
  }

  /** Save it soon. */
  keep() {
    clearTimeout(this.#timer);
    unsaved.add(this);
    this.#timer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.#timer);
    unsaved.delete(this);
    const { form, sent, approve, amend, reject } = this;
    const blank = !form && !sent && !this.typedAction && !Object.keys(this.#ids).length;
    this.kept = saveObject(this.#key, blank ? null : { form, sent, approve, amend, reject, ids: this.#ids });
  }

  clear() {
    Object.assign(this, { form: null, sent: null });
    for (const [action, blank] of Object.entries(BLANK)) this[action] = structuredClone(blank);
    this.#ids = {};
    this.save();
  }
}

