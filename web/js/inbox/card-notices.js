/** The notices above the forms of a card: who closed the request, a response was sent, a draft is too large to keep. */

import { nameOf } from "../artifacts/name.js";
import { copyText } from "../clipboard.js";
import { h, icon, present } from "../dom.js";
import { outcomeInWords } from "../decisions.js";
import { status } from "../labels.js";
import { announce } from "../notices.js";
import { visible } from "../text.js";
import { decisionText, quotation } from "./history.js";
import { forgetRequest } from "./requests.js";

/** @import { Replacement } from "../api.d.ts" */
/** @import { Asked, RequestOutcome, Entry } from "./entry.js" */

/**
 * The notices of an entry. `update(hadFocus)` moves the focus to a new notice, if it was on something that may have
 * disappeared.
 * @param {Entry} entry
 * @param {{ details: () => Asked, next: () => void, discard: () => void, reload: () => void }} options `details()` is the
 * request in full, once it is read
 */
export function cardNotices(entry, { details, next, discard, reload }) {
  const { draft } = entry;
  const element = h("div", { class: "card-notices" });
  const past = entry.outcome !== null; // it was closed before it was shown
  let wasClosed = past;
  let shown = "";

  /** @param {boolean} hadFocus */
  function update(hadFocus) {
    const { outcome, reply } = entry;
    const typed = draft.texts.length > 0;
    const replaced = entry.request.replaced ?? [];
    const key = JSON.stringify([
      outcome?.status,
      outcome?.decision?.decision_id,
      reply?.phase,
      draft.kept,
      typed,
      entry.changed,
      entry.bar,
      replaced.at(-1)?.at,
      details().task?.context.length,
    ]);
    if (key === shown) return;
    shown = key;
    element.replaceChildren(...present([
      outcome && closedNotice(entry, outcome, { past, next, discard }),
      reply?.phase === "sent" &&
      h(
        "p",
        { class: "notice sent", tabIndex: -1, dataset: { tone: "busy" } },
        h("strong", {}, "Sent"),
        h("span", {}, "It is stored, and takes effect as soon as a worker is available."),
      ),
      entry.bar !== null &&
      h(
        "p",
        { class: "notice barred" },
        h("strong", {}, "You cannot decide this"),
        h("span", { dir: "auto" }, visible(entry.bar)),
      ),
      !outcome && entry.changed &&
      h(
        "div",
        { class: "notice changed", role: "alert", tabIndex: -1, dataset: { tone: "asks" } },
        h("strong", {}, "Changed since you opened it"),
        h(
          "span",
          {},
          typed ? "Read it again before you decide. What you typed is kept." : "Read it again before you decide.",
        ),
        h("span", { class: "buttons" }, h("button", { type: "button", onclick: reload }, "Show it as it is now")),
      ),
      replaced.length > 0 &&
      h(
        "p",
        { class: "notice replaced" },
        h("strong", {}, "What its step read was replaced"),
        ...replaced.map((each) => replacement(each, details())),
        h(
          "span",
          {},
          outcome
            ? ""
            : "What you review was written from what was valid before: request changes to have it written again.",
        ),
      ),
      !draft.kept &&
      h(
        "p",
        { class: "notice" },
        "This draft is too large for the browser to store: a reload of the page would lose it.",
      ),
    ]));
    /** @type {HTMLElement | null} */
    const newNotice = element.querySelector(".closed, .sent, .changed");
    if (hadFocus) newNotice?.focus();
    if (!outcome || wasClosed) return;
    wasClosed = true;
    forgetRequest(entry.id);
    if (!outcome.mine) announceClosed(entry, outcome);
  }

  return { element, update };
}

/**
 * @param {Replacement} replacement
 * @param {Asked} request
 */
function replacement({ artifact_id: from, replaced_by: to, by }, { project_id: project, task }) {
  const who = h("bdi", {}, visible(by));
  const input = task?.context.find(({ artifact_id: id }) => id === from);
  const what = input ? h("bdi", {}, `${nameOf(input)} v${input.version}`) : "an input";
  if (to === null) return h("span", {}, who, " withdrew ", what, ".");
  if (to === from) return h("span", {}, who, " made ", what, " the input again.");
  const href = `/projects/${project}#artifact=${to}&view=diff&with=${from}`;
  return h("span", {}, who, " replaced ", what, " by a new version. ", h("a", { href }, "See what changed"));
}

/** How a request was closed without a decision, by its status. @type {Record<string, string>} */
const NO_DECISION = {
  expired: "It expired: nobody decided in time.",
  cancelled: "It was cancelled, because its project or this round of the step has ended.",
};

/**
 * The notice for a closed entry. `next` continues with the next request, `discard` drops what was typed.
 * @param {Entry} entry
 * @param {RequestOutcome} outcome
 * @param {{ past: boolean, next: () => void, discard: () => void }} options
 */
function closedNotice(entry, outcome, { past, next, discard }) {
  const { status: how, decision, mine } = outcome;
  const { tone, mark } = status("hitl", how);
  const word = outcomeInWords(how, decision, entry.request);
  const texts = entry.draft.texts;
  return h(
    "div",
    { class: "notice closed", tabIndex: -1, dataset: { tone: mine || past ? tone : "asks" } },
    h(
      "strong",
      {},
      icon(mark, { width: 16, height: 16 }),
      decision && texts.length ? `${word} by someone else` : word,
    ),
    h(
      "span",
      {},
      decision
        ? decisionText(decision, entry.request)
        : NO_DECISION[how] ?? `The request is closed: ${word.toLowerCase()}.`,
    ),
    quotation(decision?.comment),
    texts.length > 0 && h("span", { class: "kept" }, "Your response was not applied. What you typed is kept."),
    h(
      "span",
      { class: "buttons" },
      texts.length > 0 && h("button", { type: "button", onclick: () => copyDraft(texts) }, "Copy my draft"),
      texts.length > 0 && h("button", { type: "button", onclick: discard }, "Discard my draft"),
      h("button", { type: "button", onclick: next }, "Next request"),
    ),
  );
}

/**
 * Announce that a request was closed, and not from here.
 * @param {Entry} entry
 * @param {RequestOutcome} outcome
 */
function announceClosed(entry, outcome) {
  const { status: how, decision } = outcome;
  announce(
    [
      decision && `${visible(decision.responder)} was first.`,
      `The request is closed: ${outcomeInWords(how, decision, entry.request).toLowerCase()}.`,
      entry.draft.texts.length && "What you typed is kept.",
    ].filter(Boolean).join(" "),
  );
}

/** @param {[label: string, text: string][]} texts */
function copyDraft(texts) {
  return copyText(texts.length === 1 ? texts[0][1] : texts.map(([label, text]) => `${label}:\n${text}`).join("\n\n"));
}
