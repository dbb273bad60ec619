/** The decision history of a project: who, what, why, and about which version; the newest first. */

import { commentText } from "../comment.js";
import { each, h, icon } from "../dom.js";
import { namesOf } from "../namesakes.js";
import { failure } from "../notices.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";
import { visible } from "../text.js";
import { inFull } from "../time.js";
import { decidedWords, retriedWords, stepOf, versionOf } from "./decision-words.js";

/** @import { ProjectDecision, RequestItem, RetryPublic } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/** @typedef {ProjectDecision | RequestItem | RetryPublic} Item */

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
  model.addEventListener("change", () => paint(null), { signal: model.signal });

  /** @param {unknown} error */
  function paint(error) {
    errors.replaceChildren(...(error ? [failure(error, decisions.retry)] : []));
    if (!decisions.items) return;
    const expired = model.requests.filter(({ status }) => status === "expired");
    /** @type {Item[]} */
    const all = [...decisions.items, ...expired, ...model.project.retries].sort((a, b) => momentOf(b) - momentOf(a));
    const nameOf = namesOf(decisions.items);
    each(
      list,
      all,
      (item) => "number" in item ? `retry ${item.number}` : item.request_id,
      (item) =>
        "responder" in item ? decisionRow(item, nameOf(item)) : "number" in item ? retryRow(item) : expiredRow(item),
    );
    none.hidden = all.length > 0;
  }
  return h("div", {}, errors, none, list);
}

/** @param {Item} item */
function momentOf(item) {
  if ("number" in item) return Date.parse(item.at);
  return Date.parse("responder" in item ? item.responded_at : item.decided_at ?? item.expires_at);
}

/** @param {RetryPublic} retry */
function retryRow(retry) {
  const { text, tone, mark } = retriedWords(retry);
  return h(
    "li",
    { class: "decision", dataset: { tone } },
    h("span", { class: "decision-mark" }, icon(mark)),
    h(
      "p",
      {},
      h("strong", { dir: "auto" }, visible(retry.by ?? "Somebody")),
      ` ${visible(text)}`,
      h("span", { class: "soft" }, " · "),
      moment(retry.at),
    ),
    retry.comment && h("blockquote", { class: "prose", dir: "auto" }, commentText(retry.comment)),
  );
}

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
      // Without a document, the step is what it was about.
      decision.artifacts.length > 0 && h("span", { class: "soft" }, " · ", h("bdi", {}, visible(stepOf(decision)))),
      h("span", { class: "soft" }, " · "),
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

/** @param {{ artifacts: ProjectDecision["artifacts"], stage: string, round: number }} item */
const subjects = ({ artifacts, stage, round }) =>
  artifacts.length
    ? artifacts.map((artifact, index) => [
      index > 0 && " and ",
      h("a", { href: `#artifact=${artifact.artifact_id}` }, versionOf(artifact)),
    ])
    : h("bdi", {}, visible(round > 1 ? `${stage}, round ${round}` : stage));

/** @param {string} at */
const moment = (at) => h("time-ago", { class: "soft", datetime: at, title: inFull(Date.parse(at)) });
