/** Why a step has no result: what went wrong, the end of its log, and the call or budget that it asks for. */

import { h, present } from "../dom.js";
import { isUnfinished } from "../labels.js";
import { visible } from "../text.js";

/** @import { RequestPublic } from "../api.d.ts" */

/** @typedef {RequestPublic & { cause?: string | null, log?: string | null }} Failed */

const LOG_LINES = 40; // shown of the end of a log

/**
 * The parts that explain it; none for a review.
 * @param {Failed} request
 */
export function failureParts(request) {
  const { reason, task, tool_call: call, log } = request;
  const cause = request.cause ?? task?.error;
  if (!isUnfinished(request)) return cause ? [why("What went wrong", cause)] : [];
  return present([
    cause && reason !== "tool_call" && why("Why", cause),
    call &&
    section(
      `Call of ${visible(call.tool)}`,
      JSON.stringify(call.arguments, null, 2),
      `Call ${call.digest.slice(0, 12)}`,
    ),
    log && section("The end of its log", log.split("\n").slice(-LOG_LINES).join("\n")),
  ]);
}

/**
 * @param {string} name
 * @param {string} text
 */
const why = (name, text) =>
  h(
    "div",
    { class: "notice failure", dataset: { tone: "bad" } },
    h("strong", {}, name),
    h("span", { class: "words", dir: "auto" }, visible(text)),
  );

/**
 * @param {string} name
 * @param {string} text
 * @param {string} [note]
 */
const section = (name, text, note) =>
  h(
    "section",
    { class: "panel log", "aria-label": name },
    h("header", {}, h("h3", {}, name), note && h("span", { class: "faint mono" }, note)),
    h("pre", { tabIndex: 0, role: "region", "aria-label": `${name}, text`, dir: "auto" }, visible(text)),
  );
