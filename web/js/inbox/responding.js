/**
 * Sends responses. The phase of an entry's `reply` is `sending`; `sent` (stored, not judged yet); `waiting` (BotArmy is
 * unavailable: it is sent again at `at`); or `failed` (`message`, and `fields`, the errors of fields).
 */

import { ACTIONS, outcomeInWords } from "../decisions.js";
import { h } from "../dom.js";
import { toast } from "../notices.js";
import { me } from "../me.js";
import { pending } from "../pending.js";
import { hitl, Problem } from "../rest.js";
import { load, save } from "../storage.js";
import { visible } from "../text.js";
import { entries } from "./entries.js";

/** @import { HitlStatus, ResponseCreate } from "../api.d.ts" */
/** @import { Move } from "../labels.js" */
/** @import { Entry, Reply } from "./entry.js" */

/** The API accepts comments of up to this many characters. */
export const COMMENT_LIMIT = 10_000;

const RETRY_DELAYS = [3, 5, 10, 20, 30]; // s between attempts, if the response has no Retry-After
const timers = new WeakMap();

/**
 * Send the response for a move. `given` is the part of its body that the form provides; with `quiet`, the caller
 * reports the result.
 * @param {Entry} entry
 * @param {Move} move
 * @param {Partial<ResponseCreate>} given
 * @param {{ attempts?: number, quiet?: boolean }} [options]
 */
export async function respond(entry, move, given, { attempts = 0, quiet = false } = {}) {
  clearTimeout(timers.get(entry));
  const body = {
    action: ACTIONS[move],
    decision_id: entry.draft.decisionId(move),
    responder: responder.name,
    subject_hash: entry.seen ?? entry.request.subject_hash ?? undefined,
    ...given,
  };
  setReply(entry, { phase: "sending", move });
  /** @param {string} text */
  const report = (text) => quiet || entries.report(entry, text);
  try {
    const answer = await hitl.respond(entry.id, body);
    if (!answer.outcome) {
      entries.sent(entry, move);
      report("Sent. It is stored, and takes effect as soon as a worker is available.");
      return;
    }
    const decision = { ...body, comment: body.comment ?? null, responded_at: new Date().toISOString() };
    report(`${outcomeInWords(answer.status, decision, entry.request)}: ${entry.name}`);
    entries.close(entry, { status: /** @type {HitlStatus} */ (answer.status), decision, mine: true });
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    await handleProblem(entry, move, given, problem, { attempts, quiet });
  } finally {
    pending.refresh();
  }
}

/**
 * @param {Entry} entry
 * @param {Move} move
 * @param {Partial<ResponseCreate>} given
 * @param {Problem} problem
 * @param {{ attempts: number, quiet: boolean }} options
 */
async function handleProblem(entry, move, given, problem, { attempts, quiet }) {
  const { request, decision, errors = [] } = problem.body;
  if (problem.status === 409 && request && request.status !== "pending") {
    if (!quiet && entry !== entries.selected) toast(`${problem.message} ${entry.name}`);
    entries.close(entry, { status: request.status, decision: decision ?? null, mine: false });
  } else if (problem.temporary) {
    const seconds = problem.retryAfter ?? RETRY_DELAYS[Math.min(attempts, RETRY_DELAYS.length - 1)];
    setReply(entry, {
      phase: "waiting",
      move,
      message: problem.message,
      at: Date.now() + seconds * 1000,
      unsure: problem.status !== 503, // only a 503 says that nothing has happened
      again: () => respond(entry, move, given, { attempts: attempts + 1, quiet }),
    });
    timers.set(entry, setTimeout(() => entry.reply?.again?.(), seconds * 1000));
  } else {
    if (problem.about("decision_id") || problem.body.code === "stale") entry.draft.renew(move);
    const names = errors.map(({ field }) => field).filter(Boolean);
    const fields = Object.fromEntries(names.map((name) => [name, problem.about(name)]));
    if (problem.status === 413 && given.content !== undefined) fields.content = problem.message;
    setReply(entry, { phase: "failed", move, message: problem.message, fields });
    // The request may have been closed: read it.
    if (problem.status === 404 || problem.status === 409) await entries.refresh(entry);
  }
}

/**
 * Stop retrying a response, and hide its error. The draft is kept.
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

/** The name that responses are sent under. */
export const responder = {
  /** The name that was typed last, in case the browser cannot store it. @type {string | null} */
  typed: null,
  get name() {
    return me.name ?? this.given;
  },
  /** What was typed, if nobody signs in. */
  get given() {
    return (load("local", NAME_KEY) ?? this.typed ?? "").trim() || DEFAULT_NAME;
  },
  set name(name) {
    this.typed = name;
    save("local", NAME_KEY, name.trim());
  },
};

/** The responder's name; a field if nobody signs in. */
export function responderField() {
  if (me.name !== null) {
    return h("p", { class: "responder" }, h("span", {}, "Decide as "), h("strong", { dir: "auto" }, visible(me.name)));
  }
  const input = h("input", {
    maxLength: 255,
    autocomplete: "name",
    spellcheck: "false",
    dir: "auto",
    oninput: () => {
      responder.name = input.value;
    },
  });
  input.value = responder.name;
  return h("label", { class: "responder" }, h("span", {}, "Decide as"), input);
}
