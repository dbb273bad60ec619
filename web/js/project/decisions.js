/** The decision history of a project: who, what, why, and about which version; the newest first. */

import { commentText } from "../comment.js";
import { each, h, icon } from "../dom.js";
import { namesOf } from "../namesakes.js";
import { failure } from "../notices.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";
import { visible } from "../text.js";
import { inFull } from "../time.js";
import { decidedWords, stepOf, versionOf } from "./decision-words.js";

/** @import { ProjectDecision, RequestItem } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/**
 * The decisions of a project, read once and whenever another request is decided. `changed(error)` is called after each
 * reading.
 * @param {ProjectModel} model
 * @param {(error: unknown) => void} changed
 */
export function readDecisions(model, changed) {
  let items = /** @type {ProjectDecision[] | null} */ (null);
  let known = "";
  const { signal } = model;
  const refresher = new Refresher(async () => {
    items = await projects.decisions(model.id, { signal });
    changed(null);
  }, { signal, failed: (error) => error && changed(error) });

  function update() {
    const decided = model.requests.map(({ decision_id: id }) => id).join();
    if (decided === known && items !== null) return;
    known = decided;
    refresher.ask();
  }
  model.addEventListener("change", update, { signal });
  update();
  return {
    get items() {
      return items;
    },
    retry: () => refresher.hurry(),
  };
}

/** @param {ProjectModel} model */
export function decisionHistory(model) {
  const list = h("ol", { class: "decisions" });
  const none = h("p", { class: "soft decisions-none", hidden: true }, "Nobody has decided anything yet.");
  const errors = h("div", {});
  const decisions = readDecisions(model, paint);

  /** @param {unknown} error */
  function paint(error) {
    errors.replaceChildren(...(error ? [failure(error, decisions.retry)] : []));
    if (!decisions.items) return;
    const expired = model.requests.filter(({ status }) => status === "expired");
    /** @type {(ProjectDecision | RequestItem)[]} */
    const all = [...decisions.items, ...expired].sort((a, b) => momentOf(b) - momentOf(a));
    const nameOf = namesOf(decisions.items);
    each(
      list,
      all,
      ({ request_id: id }) => id,
      (item) => ("responder" in item ? decisionRow(item, nameOf(item)) : expiredRow(item)),
    );
    none.hidden = all.length > 0;
  }
  return h("div", {}, errors, none, list);
}

/** @param {ProjectDecision | RequestItem} item */
const momentOf = (item) => Date.parse("responder" in item ? item.responded_at : item.decided_at ?? item.expires_at);

/**
 * @param {ProjectDecision} decision
 * @param {string} who
 */
function decisionRow(decision, who) {
  const { text, tone, mark } = decidedWords(decision);
  return h(
    "li",
    { class: "decision", dataset: { tone } },
    h("span", { class: "decision-mark" }, icon(mark)),
    h(
      "p",
      {},
      h("strong", { dir: "auto" }, visible(who)),
      ` ${text} `,
      subjects(decision),
      h("span", { class: "soft" }, " · ", h("bdi", {}, visible(stepOf(decision))), " · "),
      moment(decision.responded_at),
      " ",
      h("a", { class: "decision-request", href: `/inbox?request=${decision.request_id}` }, "See the request"),
    ),
    decision.comment && h("blockquote", { class: "prose", dir: "auto" }, commentText(decision.comment)),
  );
}

/** @param {RequestItem} request */
const expiredRow = (request) =>
  h(
    "li",
    { class: "decision", dataset: { tone: "bad" } },
    h("span", { class: "decision-mark" }, icon("expired")),
    h(
      "p",
      {},
      h("strong", {}, "Nobody"),
      " decided in time on ",
      subjects(request),
      h(
        "span",
        { class: "soft" },
        " · ",
        h("bdi", {}, visible(stepOf({ ...request, action: "reject", content_hash: null, redo: null }))),
        " · ",
      ),
      moment(request.expires_at),
    ),
  );

/** @param {{ artifacts: ProjectDecision["artifacts"], stage: string }} item */
const subjects = ({ artifacts, stage }) =>
  artifacts.length
    ? artifacts.map((artifact, index) => [
      index > 0 && " and ",
      h("a", { href: `#artifact=${artifact.artifact_id}` }, versionOf(artifact)),
    ])
    : h("bdi", {}, visible(stage));

/** @param {string} at */
const moment = (at) => h("time-ago", { class: "soft", datetime: at, title: inFull(Date.parse(at)) });
