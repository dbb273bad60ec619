/** The top of a card: the request's project, what it is about, its question, and its deadline. */

import { h, write } from "../dom.js";
import { visible } from "../text.js";
import { deadlineLine } from "./deadline-line.js";
import { effect } from "./deadline.js";
import { asksQuestion } from "./titles.js";

/** @import { HitlReason, RequestPublic } from "../api.d.ts" */
/** @import { Asked, Entry } from "./entry.js" */

/** Why it asks, if that is more than a review. @type {Partial<Record<HitlReason, string>>} */
const WHY = {
  low_confidence: "The agent is unsure: its confidence is below what this step asks for.",
  failed_verdict: "The checks still fail after the last round that the pipeline allows.",
  failed_step: "It failed at every attempt. Try again, with advice if you have any.",
  budget: "What the step may use is used up. Raise the budget, and it continues where it stopped.",
  tool_call: "Nothing is called without you. Permit this one call, or say why not.",
  stopped: "A person stopped it. It continues where it was, or begins again with your advice.",
  checkpoint: "Many reviews passed without a person, so this one asks.",
};

/** The tone of each reason. @type {Record<HitlReason, string>} */
export const TONES = {
  review: "calm",
  low_confidence: "asks",
  failed_verdict: "bad",
  failed_step: "bad",
  budget: "bad",
  tool_call: "asks",
  stopped: "asks",
  checkpoint: "asks",
};

/**
 * The time that is left, and what happens then; "on hold" while the project is paused.
 * @param {Asked & { deadline_held?: boolean }} request
 */
export function deadline(request) {
  if (request.deadline_held) return h("span", { class: "soft deadline" }, "the deadline is on hold");
  const { expires_at: until, created_at: since } = request;
  return h("time-left", { class: "deadline", until, since, then: effect(request) });
}

/**
 * The head of a card; addDetails(request) adds what only the full request has.
 * @param {Entry} entry
 */
export function cardHead(entry) {
  const { request } = entry;
  const heading = h("h2", { tabIndex: -1, dir: "auto" }, visible(request.title));
  const line = deadlineLine(request);
  /** @type {RequestPublic["extensions"] | undefined} */
  let extensions;
  const overdue = request.deadline_held !== true && Date.parse(request.expires_at) <= Date.now();
  const expired = h(
    "p",
    { class: "notice", dataset: { tone: "asks" }, hidden: !overdue },
    "Expired. Waiting for the outcome.",
  );
  line.element.addEventListener("expired", () => {
    expired.hidden = entry.outcome !== null;
  }, true);
  const why = h("span", {}, WHY[request.reason] ?? "");
  const measured = h("span", {});
  const element = h(
    "header",
    { class: "card-head" },
    h(
      "p",
      { class: "crumbs" },
      h(
        "a",
        { href: `/projects/${request.project_id}`, dir: "auto", title: visible(request.project_name) },
        visible(request.project_name),
      ),
      h("span", { class: "soft" }, `${request.stage} · ${request.agent_type} · round ${request.round}`),
    ),
    heading,
    asksQuestion(request) && h("p", { class: "question", dir: "auto" }, visible(request.question)),
    h(
      "p",
      { class: "why soft", dataset: { tone: TONES[request.reason] ?? "calm" } },
      why,
      measured,
      " Asked ",
      h("time-ago", { datetime: request.created_at }),
      ".",
    ),
    expired,
    line.element,
  );
  return {
    element,
    heading,
    /** @param {RequestPublic} whole */
    addDetails(whole) {
      const { task } = whole;
      extensions = whole.extensions;
      line.update({ ...request, extensions, expires_at: whole.expires_at });
      if (request.reason !== "low_confidence" || typeof task?.confidence !== "number") return;
      write(measured, ` It is ${Math.round(task.confidence * 100)} %.`);
    },
    update() {
      line.update({ ...entry.request, extensions });
      line.element.hidden = entry.outcome !== null;
      if (entry.outcome) expired.hidden = true;
    },
  };
}
