/** Earlier responses: to this request, and to the rounds of the same stage before it. */

import { h } from "../dom.js";
import { visible } from "../visible.js";
import { status } from "../words.js";

const ACTIONS = { approve: "approved", amend: "amended", reject: "rejected" };

/** "Anna amended it with feedback", as an element. */
export function decided(decision) {
  // One that was read names the content by its hash, one that was sent from here has it.
  const content = decision.content_hash || decision.content !== undefined;
  const how = decision.action !== "amend" ? "" : content ? " with new content" : " with feedback";
  return h("span", {},
    h("strong", { dir: "auto" }, visible(decision.responder)), ` ${ACTIONS[decision.action]} it${how} `,
    h("time-ago", { datetime: decision.responded_at, mode: "brief" }), " ago");
}

export const words = (comment) => comment && h("blockquote", { class: "words", dir: "auto" }, visible(comment));

/** The list, or null where nobody has responded yet; `rounds` are earlier requests of the stage. */
export function history(request, rounds) {
  const here = request.history.filter((one) => one.decision_id !== request.decision_id || request.status === "pending");
  const items = [
    ...here.map((one) => h("li", {}, decided(one),
      one.outcome !== "applied" && h("span", { class: "faint" }, ` Not applied: ${one.explanation}.`),
      words(one.comment))),
    ...rounds.map((one) => {
      const winner = one.history.find((each) => each.decision_id === one.decision_id);
      return h("li", {}, h("span", { class: "faint" }, `Round ${one.round}: `),
        winner ? decided(winner) : status("hitl", one.status).word, words(winner?.comment));
    }),
  ];
  if (!items.length) return null;
  return h("section", { class: "panel", "aria-label": "Earlier responses" },
    h("header", {}, h("h3", {}, "Earlier responses")), h("ol", { class: "history panel-body" }, items));
}
