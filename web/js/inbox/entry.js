/** One request as the inbox knows it. */

import { Draft } from "./draft.js";

/** @import { ArtifactContent, HitlAction, HitlStatus, RequestItem, RequestPublic, TaskDetail } from "../api.d.ts" */

/** @typedef {RequestItem & { contents?: ArtifactContent[], task?: TaskDetail }} Asked a request, as listed or whole */
/** @typedef {Asked & { project_name: string, deadline_held?: boolean }} EntryRequest */

/**
 * A decision that was read, or the response that was sent from here.
 * @typedef {object} Decision
 * @property {HitlAction} action
 * @property {string | null} comment
 * @property {string} responder
 * @property {string} responded_at
 * @property {string | null} [decision_id]
 * @property {string | null} [content_hash]
 * @property {string | null} [content]
 */

/** @typedef {{ status: HitlStatus, decision: Decision | null, mine: boolean }} Closure how a request was closed */

/**
 * How far a response is; see responding.js.
 * @typedef {object} Reply
 * @property {"sending" | "sent" | "waiting" | "failed"} phase
 * @property {HitlAction} action
 * @property {string} [message]
 * @property {Record<string, string>} [fields] what is wrong with which field
 * @property {number} [at] when it is sent again (ms since the epoch)
 * @property {boolean} [unsure] whether it may have arrived
 * @property {() => void} [again] sends it again now
 */

export class Entry {
  /** The response that was given here, or null. @type {Reply | null} */
  reply = null;
  /** How the request was closed, or null. @type {Closure | null} */
  closure = null;
  /** Whether it was ever in the list of open requests, and whether it stays there although it is closed. */
  listed = false;
  lingers = false;

  /** @param {EntryRequest} request */
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

  /** "Is this the right project? Shop", for messages outside its row. */
  get name() {
    return `${this.request.question} ${this.request.project_name}`;
  }
}

/** @param {Entry} entry */
const age = ({ request, id }) => request.created_at + id;

/**
 * Oldest first.
 * @param {Entry} one
 * @param {Entry} other
 */
export const byAge = (one, other) => (age(one) < age(other) ? -1 : 1);

/**
 * The closure of a request that was read.
 * @param {RequestPublic} request
 */
export function closureOf(request) {
  const decision = request.history.find((one) => one.decision_id === request.decision_id) ?? null;
  return { status: request.status, decision, mine: false };
}
