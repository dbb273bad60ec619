/** The top of a project's view: its name, status, facts, actions and brief; and its open requests. */

import { badge, LEVELS } from "../badges.js";
import { crewInWords } from "../crew.js";
import { each, h, icon, present, write } from "../dom.js";
import { count } from "../labels.js";
import { visible } from "../text.js";
import { duration } from "../time.js";
import { budgetInWords, hasSpent, spentInWords } from "../usage.js";
import { actions } from "./actions.js";
import { workflowProblems } from "./workflow-problems.js";

/** @import { ProjectPublic, RequestItem } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */
/** @import { Child } from "../elements.d.ts" */

/**
 * The top of the view.
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 */
export function projectHead(model, signal) {
  const name = h("h1", { dir: "auto" });
  const statusBadge = h("span", {});
  const facts = h("dl", { class: "project-facts" });
  const reason = h("div", { class: "notice reason", hidden: true });
  const bar = h("progress", { "aria-label": "Stages accepted" });
  const actionBar = actions(model, signal);
  const problems = workflowProblems(model, signal);
  const element = h(
    "header",
    { class: "project-head" },
    h("div", { class: "project-title" }, name, statusBadge, actionBar.asked),
    facts,
    actionBar.buttons,
    actionBar.errors,
    problems.element,
    reason,
    brief(model),
  );
  /** @type {string | null} */
  let shown = null;

  function update() {
    const { project } = model;
    write(name, visible(project.name));
    if (statusBadge.dataset.status !== project.status) statusBadge.replaceChildren(badge("project", project.status));
    statusBadge.dataset.status = project.status;
    Object.assign(bar, { max: project.progress.total, value: project.progress.done });
    // Rebuilt only if it differs, so that a tooltip stays open.
    const cost = hasSpent(model.budget.spent) ? spentInWords(model.budget.spent) : null;
    const budget = budgetInWords(model.budget);
    const key = JSON.stringify([project.pipeline, project.oversight, project.ended_at, project.progress, cost, budget]);
    if (key !== shown) facts.replaceChildren(...factRows(project, cost, budget, bar));
    shown = key;
    showReason(reason, project);
    actionBar.update();
    problems.update();
  }
  return { element, update };
}

/**
 * @param {ProjectPublic} project
 * @param {string | null} cost
 * @param {string | null} budget
 * @param {Element} bar
 */
function factRows(project, cost, budget, bar) {
  const oversight = LEVELS[project.oversight ?? ""];
  /** @type {([term: string, value: Child] | null | "")[]} */
  const facts = [
    ["Pipeline", h("span", { class: "mono" }, project.pipeline)],
    ["Oversight", h("span", { title: oversight.means }, oversight.word)],
    ["Crew", h("span", { dir: "auto" }, visible(crewInWords(project)))],
    cost && ["Cost", h("span", { class: "numbers" }, cost)],
    budget && ["Budget", h("span", { class: "numbers" }, budget)],
    ["Progress", h("span", { class: "with-bar" }, `${project.progress.done} of ${project.progress.total} stages`, bar)],
    ["Started", h("time-ago", { datetime: project.created_at })],
    project.ended_at && ["Ended", h("time-ago", { datetime: project.ended_at })],
    project.ended_at && ["Took", duration(Date.parse(project.ended_at) - Date.parse(project.created_at))],
  ];
  return present(facts).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)));
}

/** @type {Record<string, string>} */
const ENDED = { rejected: "Rejected", failed: "Failed", cancelled: "Cancelled" };

/**
 * The reason, which can be scrolled with the keyboard if it is long.
 * @param {string} word
 * @param {string} reason
 */
const reasonText = (word, reason) =>
  h(
    "span",
    { class: "prose", dir: "auto", tabindex: "0", role: "region", "aria-label": `${word}: the reason` },
    visible(reason),
  );

/**
 * @param {HTMLElement} notice
 * @param {ProjectPublic} project
 */
function showReason(notice, { status, reason }) {
  notice.hidden = !reason || status === "completed";
  if (notice.hidden) return;
  const word = ENDED[status] ?? "Reason";
  if (notice.dataset.shown === `${word}${reason}`) return;
  notice.dataset.shown = `${word}${reason}`;
  notice.dataset.tone = status === "rejected" || status === "failed" ? "bad" : "calm";
  notice.replaceChildren(h("strong", {}, word), reasonText(word, reason ?? ""));
}

/**
 * The brief in a disclosure; its text is read when that is first opened.
 * @param {ProjectModel} model
 */
export function brief(model) {
  const body = h("div", { class: "brief-body" });
  const element = h("details", { class: "brief" }, h("summary", {}, "Brief"), body);
  element.addEventListener("toggle", () => {
    if (!element.open || body.firstChild) return;
    const artifact = model.artifacts.find(({ type, name }) => type === "user_input" && name === "brief");
    const plain = () => h("pre", { class: "prose", dir: "auto" }, model.project.description);
    body.append(artifact ? h("artifact-view", { artifact }) : plain());
  });
  return element;
}

const MAX_SHOWN = 4;

/**
 * Links to the open requests.
 * @param {ProjectModel} model
 */
export function openRequests(model) {
  const list = h("ul", { class: "calls" });
  const more = h("a", { class: "more-calls", href: "/inbox", hidden: true });
  const element = h("section", { "aria-label": "Waiting for you", hidden: true }, list, more);
  return {
    element,
    update() {
      const open = model.progress.open_requests;
      element.hidden = open.length === 0;
      /** @param {RequestItem} request */
      const key = (request) => `${request.request_id} ${model.holdsDeadline(request)} ${request.expires_at}`;
      each(list, open.slice(0, MAX_SHOWN), key, (request) => requestNotice(request, model.holdsDeadline(request)));
      more.hidden = open.length <= MAX_SHOWN;
      write(more, more.hidden ? "" : `${count(open.length - MAX_SHOWN, "more request")} in the inbox`);
    },
  };
}

/**
 * @param {RequestItem} request
 * @param {boolean} paused
 */
function requestNotice(request, paused) {
  return h(
    "li",
    { class: "notice call", dataset: { tone: "asks" } },
    icon("waiting"),
    h(
      "a",
      { href: `/inbox?request=${request.request_id}` },
      h("strong", {}, "Waiting for you: "),
      h("span", { dir: "auto" }, request.question),
    ),
    h(
      "span",
      { class: "soft" },
      request.stage,
      request.round > 1 && `, round ${request.round}`,
      ", asked ",
      h("time-ago", { datetime: request.created_at }),
      ...(paused ? ["; the deadline is on hold"] : [", expires ", h("time-ago", { datetime: request.expires_at })]),
    ),
  );
}
