/** One request as the inbox knows it. */

import { Draft } from "./drafts.js";

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
