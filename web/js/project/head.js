/** The top of a project's view: its name, its status, what it does now, its actions and its facts. */

import { badge } from "../badges.js";
import { crewInWords } from "../crew.js";
import { h, present, write } from "../dom.js";
import { visible } from "../text.js";
import { duration } from "../time.js";
import { budgetInWords, hasSpent, spentInWords } from "../usage.js";
import { actions } from "./actions.js";
import { originOf } from "./lineage.js";
import { nowLine } from "./now-line.js";
import { workflowProblems } from "./workflow-problems.js";

/** @import { ProjectPublic } from "../api.d.ts" */
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
  const bar = h("progress", { "aria-label": "Steps accepted" });
  const actionBar = actions(model, signal);
  const problems = workflowProblems(model, signal);
  const now = nowLine(model);
  const element = h(
    "header",
    { class: "project-head" },
    h("div", { class: "project-title" }, name, statusBadge, actionBar.asked),
    actionBar.buttons,
    now.element,
    facts,
    actionBar.errors,
    problems.element,
    reason,
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
    const key = JSON.stringify([project.ended_at, project.progress, project.kept_at, cost, budget]);
    if (key !== shown) facts.replaceChildren(...factRows(project, cost, budget, bar));
    shown = key;
    showReason(reason, project);
    actionBar.update();
    now.update();
    problems.update();
  }
  return { element, update, now };
}

/**
 * @param {ProjectPublic} project
 * @param {string | null} cost
 * @param {string | null} budget
 * @param {Element} bar
 */
function factRows(project, cost, budget, bar) {
  /** @type {([term: string, value: Child] | null | "")[]} */
  const facts = [
    ["Progress", h("span", { class: "with-bar" }, `${project.progress.done} of ${project.progress.total} steps`, bar)],
    ["Crew", h("span", { dir: "auto" }, visible(crewInWords(project)))],
    cost && ["Cost", h("span", { class: "numbers" }, cost)],
    budget && ["Budget", h("span", { class: "numbers" }, budget)],
    ["Started", h("time-ago", { datetime: project.created_at })],
    originOf(project),
    project.ended_at && ["Ended", h("time-ago", { datetime: project.ended_at })],
    project.kept_at && ["Kept", keptSince(project)],
    project.ended_at && ["Took", duration(Date.parse(project.ended_at) - Date.parse(project.created_at))],
  ];
  return present(facts).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)));
}

/** When and by whom it was marked to be kept. @param {ProjectPublic} project */
const keptSince = ({ kept_at: since, kept_by: by }) => [
  h("time-ago", { datetime: since }),
  by && [" by ", h("bdi", {}, visible(by))],
];

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
