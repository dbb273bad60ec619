/** One request in the inbox. */

import { Draft } from "./draft.js";
import { asked } from "./titles.js";

/** @import { Eligibility, HitlAction, HitlStatus, RequestItem, RequestPublic } from "../api.d.ts" */
/** @import { Move } from "../labels.js" */

/** @typedef {Partial<Pick<RequestPublic, "contents" | "task" | "redo_default" | "redo_stages" | "shortage_now">>} Details */
/** @typedef {{ eligibility?: Eligibility }} Barring whether this person may decide; unknown outside the inbox */
/** @typedef {RequestItem & Details & Barring} Asked a request from the list, or in full */
/** @typedef {Asked & { project_name: string, deadline_held?: boolean }} EntryRequest */

/**
 * A decision that was read, or the response that was sent from here.
 * @typedef {object} Decision
 * @property {HitlAction} action
 * @property {string | null} comment
 * @property {string} responder
 * @property {string} responded_at
 * @property {string | null} [redo]
 * @property {string | null} [decision_id]
 * @property {string | null} [content_hash]
 * @property {string | null} [content]
 */

/**
 * How a request was closed; `mine` if by a response that was sent from here.
 * @typedef {{ status: HitlStatus, decision: Decision | null, mine: boolean }} RequestOutcome
 */

/**
 * The state of a response; see responding.js.
 * @typedef {object} Reply
 * @property {"sending" | "sent" | "waiting" | "failed"} phase
 * @property {Move} move
 * @property {string} [message]
 * @property {Record<string, string>} [fields] the errors of fields
 * @property {number} [at] when it is sent again (ms since the epoch)
 * @property {boolean} [unsure] whether the response may have arrived
 * @property {() => void} [again] sends it again now
 */

export class Entry {
  /** The response that was sent from here, or null. @type {Reply | null} */
  reply = null;
  /** How the request was closed, or null. @type {RequestOutcome | null} */
  outcome = null;
  /** Whether it has ever been in the list of open requests. */
  listed = false;
  /** The subject of the request as the card shows it, or null if no card has. @type {string | null} */
  seen = null;
  /** Whether it stays in the list although it is closed. */
  lingers = false;

  /** @param {EntryRequest} request */
  constructor(request) {
    this.request = request;
    this.draft = new Draft(request.request_id);
    if (this.draft.sent) this.reply = { phase: "sent", move: this.draft.sent };
  }

  get id() {
    return this.request.request_id;
  }

  /** Whether it asks about something else than the card shows. */
  get changed() {
    return this.seen !== null && this.seen !== this.request.subject_hash;
  }

  /** Why this person may not decide, or null. */
  get bar() {
    return this.outcome ? null : this.request.eligibility?.reason ?? null;
  }

  /** Whether a person may respond now. */
  get open() {
    return !this.outcome && !this.bar && !this.changed && this.reply?.phase !== "sending" &&
      this.reply?.phase !== "sent";
  }

  /** "Is this the right project? Shop", for messages outside its row. */
  get name() {
    return `${asked(this.request)} ${this.request.project_name}`;
  }
}

/** @param {Entry} entry */
const age = ({ request, id }) => request.created_at + id;

/**
 * Oldest first.
 * @param {Entry} a
 * @param {Entry} b
 */
export const byAge = (a, b) => (age(a) < age(b) ? -1 : 1);

/**
 * The outcome of a closed request.
 * @param {RequestPublic} request
 */
export function outcomeOf(request) {
  const decision = request.history.find(({ decision_id }) => decision_id === request.decision_id) ?? null;
  return { status: request.status, decision, mine: false };
}
