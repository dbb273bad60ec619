/** One HITL request in a stage's detail: the question, and who decided what, and when. */

import { commentText } from "../comment.js";
import { badge } from "../badges.js";
import { childrenOf, h, write } from "../dom.js";
import { decidedInWords } from "../decisions.js";
import { REASONS } from "../labels.js";
import { namesOf } from "../namesakes.js";
import { messageOf } from "../notices.js";
import { asked } from "../inbox/titles.js";
import { hitl } from "../rest.js";
import { visible } from "../text.js";

/** @import { DecisionPublic, RequestItem } from "../api.d.ts" */

/** @param {RequestItem} request */
export function requestEntry(request) {
  return h(
    "li",
    { class: "request-entry" },
    h(
      "div",
      { class: "request-asks" },
      h("span", {}),
      h("a", { href: `/inbox?request=${request.request_id}`, dir: "auto" }, asked(request)),
      h("span", { class: "soft" }),
    ),
    h("ul", { "aria-label": "Responses", hidden: true }),
  );
}

/**
 * @param {HTMLElement} entry
 * @param {RequestItem} request
 * @param {AbortSignal} signal
 * @param {boolean} paused
 */
export function updateRequest(entry, request, signal, paused) {
  const expires = paused ? " · the deadline is on hold" : ` ${request.expires_at}`;
  if (entry.dataset.status === request.status && entry.dataset.expires === expires) return;
  entry.dataset.status = request.status;
  entry.dataset.expires = expires;
  const [asks, responses] = childrenOf(entry);
  asks.firstElementChild?.replaceChildren(badge("hitl", request.status));
  asks.lastElementChild?.replaceChildren(
    `${REASONS[request.reason] ?? request.reason} · asked `,
    h("time-ago", { datetime: request.created_at }),
    ...(request.status !== "pending"
      ? []
      : paused
      ? [expires]
      : [" · expires ", h("time-ago", { datetime: request.expires_at })]),
  );
  showResponses(responses, request, signal);
}

/**
 * @param {HTMLElement} list
 * @param {RequestItem} request
 * @param {AbortSignal} signal
 */
async function showResponses(list, request, signal) {
  try {
    const { history } = await hitl.get(request.request_id, { signal });
    list.hidden = history.length === 0;
    const nameOf = namesOf(history);
    list.replaceChildren(...history.map((decision) => response(decision, request, nameOf(decision))));
  } catch (error) {
    if (signal.aborted) return;
    list.hidden = false;
    write(list, `Cannot read its responses: ${messageOf(error)}`);
  }
}

/**
 * @param {DecisionPublic} decision
 * @param {RequestItem} request
 * @param {string} who
 */
function response(decision, request, who) {
  const why = decision.explanation ? ` · not applied: ${decision.explanation}` : " · not applied";
  return h(
    "li",
    {},
    h(
      "span",
      {},
      h("strong", { dir: "auto" }, visible(who)),
      ` ${visible(decidedInWords(decision, request))} `,
      h("time-ago", { datetime: decision.responded_at }),
      decision.outcome !== "applied" && h("span", { class: "soft" }, why),
    ),
    decision.comment && h("blockquote", { class: "prose", dir: "auto" }, commentText(decision.comment)),
  );
}
