/** The top of a card: the request's project, its question, its reason, and its deadline. */

import { h, write } from "../dom.js";
import { REASONS, title } from "../labels.js";
import { visible } from "../text.js";
import { deadlineLine } from "./deadline-line.js";

/** @import { HitlReason, RequestPublic } from "../api.d.ts" */
/** @import { Entry } from "./entry.js" */

/** @type {Record<HitlReason, string>} */
const WHY = {
  review: "The pipeline asks for a review here.",
  low_confidence: "The agent's confidence is below the threshold of the gate.",
  failed_verdict: "The tests still fail after the last round that the pipeline allows.",
  failed_step: "The step failed at every attempt. You can try it again, or end it.",
  budget: "What the step may use is used up. You can raise it, or end the project.",
  tool_call: "Nothing is called without you. Permit this one call, or say why not, and the step continues.",
  stopped: "A person stopped the step. It can continue where it was, or begin again with your advice.",
  checkpoint: "However low the oversight is, a person looks at a result now and then.",
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
 * The head of a card; addDetails(request) adds what only the full request has.
 * @param {Entry} entry
 */
export function cardHead(entry) {
  const { request } = entry;
  const heading = h("h2", { tabIndex: -1, dir: "auto" }, visible(request.question));
  const confidence = h("span", {});
  const deadline = request.deadline_held
    ? h("span", { class: "soft" }, "the deadline is on hold")
    : h("time-left", { until: request.expires_at, since: request.created_at });
  const paused = request.deadline_held === true;
  const overdue = !paused && Date.parse(request.expires_at) <= Date.now();
  const waited = h("time-ago", { datetime: request.created_at, mode: "brief" });
  const expired = h(
    "p",
    { class: "notice", dataset: { tone: "asks" }, hidden: !overdue },
    "Expired. Waiting for the outcome.",
  );
  deadline.addEventListener("expired", () => {
    expired.hidden = entry.outcome !== null;
  });
  const line = deadlineLine(request);
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
      deadline,
    ),
    heading,
    h(
      "p",
      { class: "why soft" },
      h(
        "strong",
        { dataset: { tone: TONES[request.reason] ?? "calm" } },
        REASONS[request.reason] ?? title(request.reason),
      ),
      ` ${WHY[request.reason] ?? ""}`,
      confidence,
      " Asked ",
      waited,
      " ago.",
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
      line.update({ ...request, extensions: whole.extensions, expires_at: whole.expires_at });
      if (request.reason === "low_confidence" && typeof task?.confidence === "number") {
        write(confidence, ` It is ${Math.round(task.confidence * 100)} %.`);
      }
    },
    update() {
      deadline.hidden = line.element.hidden = entry.outcome !== null;
      if (entry.outcome) expired.hidden = true;
    },
  };
}
