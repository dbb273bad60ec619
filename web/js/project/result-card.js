/** What a finished project begins with: its checks, its package, how long it took, who approved what. */

import { h, icon, present } from "../dom.js";
import { bytes, title } from "../labels.js";
import { projects } from "../rest.js";
import { visible } from "../text.js";
import { duration } from "../time.js";
import { hasSpent, spentInWords } from "../usage.js";
import { approvals } from "./decision-words.js";
import { readDecisions } from "./decisions.js";

/** @import { ArtifactItem } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/** The artifacts that say what a verdict is about, and what that is in words. */
const REPORTS = ["test_results", "deployment_log"];
/** @type {Record<string, string>} */
const CHECKED = { test_results: "Acceptance tests", deployment_log: "Tests of the package as delivered" };

/** The card, which appears once the project is completed. @param {ProjectModel} model */
export function resultCard(model) {
  const element = h("section", { class: "result", "aria-label": "Result", hidden: true });

  function update() {
    if (model.project.status !== "completed" || !element.hidden) return;
    element.hidden = false;
    const again = reworked(model);
    const people = h("dd", {}, "…");
    const decisions = readDecisions(
      model,
      () => decisions.items && showApprovals(people, decisions.items, model.artifacts),
    );
    /** @type {([term: string, value: Element] | null)[]} */
    const facts = [
      ["Checks", h("dd", {}, checks(model))],
      packageFact(model),
      ["Time", h("dd", {}, time(model))],
      again.length ? ["Reworked", h("dd", {}, again.join(", "))] : null,
      hasSpent(model.project.spent) ? ["Cost", h("dd", { class: "numbers" }, spentInWords(model.project.spent))] : null,
      ["Approved by", people],
    ];
    element.append(
      h("header", {}, icon("completed"), h("h2", {}, "Delivered")),
      h("dl", {}, present(facts).map(([term, value]) => h("div", {}, h("dt", {}, term), value))),
    );
  }
  return { element, update };
}

/**
 * The newest accepted version of a type.
 * @param {ProjectModel} model
 * @param {string} wanted
 */
const accepted = ({ artifacts }, wanted) => artifacts.findLast(({ type, accepted_at: at }) => type === wanted && at);

/** @param {ArtifactItem} artifact @param {Child} text */
const link = ({ artifact_id: id }, text) => h("a", { href: `#artifact=${id}` }, text);

/** @param {ProjectModel} model */
const download = ({ id }) => h("a", { href: projects.exportUrl(id), download: "" }, "download");

/** @param {ProjectModel} model @returns {[string, Element] | null} */
function packageFact(model) {
  const found = accepted(model, "deployment_package") ?? accepted(model, "source_code");
  if (!found) return null;
  const name = found.name === found.type
    ? `Version ${found.version}`
    : `${visible(found.name)}, version ${found.version}`;
  return [
    "Package",
    h("dd", {}, link(found, name), h("span", { class: "soft" }, ` ${bytes(found.size)}, `), download(model)),
  ];
}

/** @param {ProjectModel} model */
const time = ({ project }) =>
  `${duration(Date.parse(project.ended_at ?? "") - Date.parse(project.created_at))} from start to delivery`;

/** The steps that took more than one round: "plan took 2 rounds". @param {ProjectModel} model */
function reworked({ progress }) {
  /** @type {Map<string, number>} */
  const rounds = new Map();
  for (const { stage, round } of progress.tasks) rounds.set(stage, Math.max(round, rounds.get(stage) ?? 0));
  return [...rounds].filter(([, most]) => most > 1).map(([stage, most]) => `${visible(stage)} took ${most} rounds`);
}

/**
 * What was checked, by the last verdict of each step that has one; the link leads to its report. How many tests there
 * were is written in the report only, as prose.
 * @param {ProjectModel} model
 */
function checks(model) {
  /** @type {Map<string, ProjectModel["progress"]["tasks"][number]>} */
  const judged = new Map();
  for (const task of model.progress.tasks) if (task.verdict) judged.set(task.stage, task);
  const lines = [...judged.values()].map((task) => {
    const reports = model.artifacts.filter(({ task_id: id, accepted_at: at }) => id === task.task_id && at);
    const report = reports.find(({ type }) => REPORTS.includes(type)) ?? reports[0];
    const what = CHECKED[report?.type ?? ""] ?? `Step ${visible(task.stage)}`;
    const words = `${what}: ${title(task.verdict ?? "").toLowerCase()}`;
    return h("li", {}, report ? link(report, words) : words);
  });
  return lines.length ? h("ul", {}, lines) : "Nothing was checked: no step of this pipeline has a verdict.";
}

/**
 * @param {Element} place
 * @param {Parameters<typeof approvals>[0]} decisions
 * @param {ArtifactItem[]} written
 */
function showApprovals(place, decisions, written) {
  const lines = approvals(decisions, written);
  if (!lines.length) return place.replaceChildren(decisions.length ? "Nobody had to approve it." : "Nobody was asked.");
  place.replaceChildren(
    h(
      "ul",
      {},
      lines.map(([who, what]) => h("li", {}, h("strong", { dir: "auto" }, visible(who)), ` ${visible(what)}`)),
    ),
  );
}
