/**
 * Sends responses. An entry's `reply` says how far its response is: `sending`; `sent` (safe, not judged yet); `waiting`
 * (BotArmy is unavailable: it is sent again at `at`); `failed` (`message`, `fields`: what is wrong with which field).
 */

import { h } from "../dom.js";
import { status } from "../labels.js";
import { toast } from "../notices.js";
import { pending } from "../pending.js";
import { hitl, Problem } from "../rest.js";
import { load, save } from "../storage.js";
import { entries } from "./entries.js";

/** @import { HitlAction, HitlStatus, ResponseCreate } from "../api.d.ts" */
/** @import { Entry, Reply } from "./entry.js" */

/** The API takes comments of up to this many characters. */
export const COMMENT_LIMIT = 10_000;

const PATIENCE = [3, 5, 10, 20, 30]; // s between tries without a Retry-After
const timers = new WeakMap();

/**
 * Send what is typed for an action; `given` is the part of the response's body that the form knows, `quiet` leaves it
 * the result to the caller to report.
 * @param {Entry} entry
 * @param {HitlAction} action
 * @param {Partial<ResponseCreate>} given
 * @param {{ tries?: number, quiet?: boolean }} [options]
 */
export async function respond(entry, action, given, { tries = 0, quiet = false } = {}) {
  clearTimeout(timers.get(entry));
  const body = { action, decision_id: entry.draft.decisionId(action), responder: responder.name, ...given };
  setReply(entry, { phase: "sending", action });
  /** @param {string} text */
  const say = (text) => quiet || entries.report(entry, text);
  try {
    const answer = await hitl.respond(entry.id, body);
    if (!answer.outcome) {
      entries.sent(entry, action);
      say("Sent. It is safe and will be judged as soon as a worker is there.");
      return;
    }
    const decision = { ...body, comment: body.comment ?? null, responded_at: new Date().toISOString() };
    say(`${status("hitl", answer.status).word}: ${entry.name}`);
    entries.close(entry, { status: /** @type {HitlStatus} */ (answer.status), decision, mine: true });
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    await settle(entry, action, given, problem, { tries, quiet });
  } finally {
    pending.refresh();
  }
}

/**
 * @param {Entry} entry
 * @param {HitlAction} action
 * @param {Partial<ResponseCreate>} given
 * @param {Problem} problem
 * @param {{ tries: number, quiet: boolean }} options
 */
async function settle(entry, action, given, problem, { tries, quiet }) {
  const { request, decision, errors = [] } = problem.body;
  if (problem.status === 409 && request && request.status !== "pending") {
    if (!quiet && entry !== entries.selected) toast(`${problem.message} ${entry.name}`);
    entries.close(entry, { status: request.status, decision: decision ?? null, mine: false });
  } else if (problem.temporary) {
    const seconds = problem.retryAfter ?? PATIENCE[Math.min(tries, PATIENCE.length - 1)];
    setReply(entry, {
      phase: "waiting",
      action,
      message: problem.message,
      at: Date.now() + seconds * 1000,
      unsure: problem.status !== 503, // only a 503 says that nothing has happened
      again: () => respond(entry, action, given, { tries: tries + 1, quiet }),
    });
    timers.set(entry, setTimeout(() => entry.reply?.again?.(), seconds * 1000));
  } else {
    if (problem.about("decision_id")) entry.draft.renew(action);
    const blamed = errors.map((one) => one.field).filter(Boolean);
    const fields = Object.fromEntries(blamed.map((one) => [one, problem.about(one)]));
    if (problem.status === 413 && given.content !== undefined) fields.content = problem.message;
    setReply(entry, { phase: "failed", action, message: problem.message, fields });
    // The request may be gone: read it.
    if (problem.status === 404 || problem.status === 409) await entries.refresh(entry);
  }
}

/**
 * Stop sending it again, and hide what was wrong with it. The draft stays.
 * @param {Entry} entry
 */
export function withdraw(entry) {
  clearTimeout(timers.get(entry));
  if (entry.reply?.phase === "waiting" || entry.reply?.phase === "failed") setReply(entry, null);
}

/**
 * @param {Entry} entry
 * @param {Reply | null} reply
 */
function setReply(entry, reply) {
  entry.reply = reply;
  entries.changed(entry);
}

const NAME_KEY = "botarmy.responder";
const DEFAULT_NAME = "human";

export const responder = {
  /** @type {string | null} */
  chosen: null,
  get name() {
    return (load("local", NAME_KEY) ?? this.chosen ?? "").trim() || DEFAULT_NAME;
  },
  set name(name) {
    this.chosen = name;
    save("local", NAME_KEY, name.trim());
  },
};

let made = 0;

/** The field for it. */
export function responderField() {
  const id = `responder-${(made += 1)}`;
  const input = h("input", {
    id,
    maxLength: 255,
    autocomplete: "name",
    spellcheck: "false",
    dir: "auto",
    oninput: () => {
      responder.name = input.value;
    },
  });
  input.value = responder.name;
  return h("div", { class: "responder" }, h("label", { for: id }, "Decide as"), input);
}
