/** Who responded to a request and to the rounds before it. */

import { commentText } from "../comment.js";
import { decidedInWords, outcomeInWords } from "../decisions.js";
import { h } from "../dom.js";
import { visible } from "../text.js";

/** @import { Asked } from "../decisions.js" */
/** @import { RequestPublic } from "../api.d.ts" */
/** @import { Decision } from "./entry.js" */

/**
 * "Anna requested changes 3 min ago", as an element.
 * @param {Decision} decision
 * @param {Asked} request
 */
export const decisionText = (decision, request) =>
  h(
    "span",
    {},
    h("strong", { dir: "auto" }, visible(decision.responder)),
    ` ${visible(decidedInWords(decision, request))} `,
    h("time-ago", { datetime: decision.responded_at }),
  );

/** @param {string | null | undefined} comment */
export const quotation = (comment) => comment && h("blockquote", { class: "words", dir: "auto" }, commentText(comment));

/**
 * Earlier responses, or null if there are none; `rounds` are earlier requests of the stage.
 * @param {RequestPublic} request
 * @param {RequestPublic[]} rounds
 */
export function history(request, rounds) {
  const pending = request.status === "pending";
  const responses = request.history.filter(({ decision_id }) => pending || decision_id !== request.decision_id);
  const items = [
    ...responses.map((response) =>
      h(
        "li",
        {},
        decisionText(response, request),
        response.outcome !== "applied" && h("span", { class: "faint" }, ` Not applied: ${response.explanation}.`),
        quotation(response.comment),
      )
    ),
    ...rounds.map((earlier) => {
      const winner = earlier.history.find(({ decision_id }) => decision_id === earlier.decision_id);
      return h(
        "li",
        {},
        h("span", { class: "faint" }, `Round ${earlier.round}: `),
        winner ? decisionText(winner, earlier) : outcomeInWords(earlier.status, null, earlier),
        quotation(winner?.comment),
      );
    }),
  ];
  if (!items.length) return null;
  const name = "Earlier comments";
  return h(
    "section",
    { class: "rail-part", "aria-label": name },
    h("h3", {}, name),
    h("ol", { class: "history" }, items),
  );
}
