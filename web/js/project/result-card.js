/** What a finished project begins with: its tests, its package, how long it took, who approved what. */

import { h, icon, present } from "../dom.js";
import { bytes, count, title } from "../labels.js";
import { projects } from "../rest.js";
import { visible } from "../text.js";
import { duration } from "../time.js";
import { hasSpent, spentInWords } from "../usage.js";
import { approvals } from "./decision-words.js";
import { readDecisions } from "./decisions.js";

/** @import { ArtifactItem } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/** The card, which appears once the project is completed. @param {ProjectModel} model */
export function resultCard(model) {
  const element = h("section", { class: "result", "aria-label": "Result", hidden: true });

  function update() {
    if (model.project.status !== "completed" || !element.hidden) return;
    element.hidden = false;
    const people = h("dd", {}, "…");
    const decisions = readDecisions(model, () => decisions.items && showApprovals(people, decisions.items));
    /** @type {([term: string, value: Element] | null)[]} */
    const facts = [
      ["Tests", h("dd", {}, testsResult(model))],
      packageFact(model),
      ["Time", h("dd", {}, time(model))],
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
function time({ project, progress }) {
  const took = duration(Date.parse(project.ended_at ?? "") - Date.parse(project.created_at));
  const rounds = Math.max(1, ...progress.tasks.map(({ round }) => round));
  return rounds > 1 ? `${took}, ${count(rounds, "round")} at most` : took;
}

/**
 * The verdict of the tests, which is computed from the run. How many there were is written in the report only, as prose.
 * @param {ProjectModel} model
 */
function testsResult(model) {
  const report = accepted(model, "test_results");
  if (!report) return "No tests belong to this pipeline.";
  const verdict = model.progress.tasks.find(({ task_id: id }) => id === report.task_id)?.verdict;
  return link(report, verdict ? title(verdict) : "Report");
}

/**
 * @param {Element} place
 * @param {Parameters<typeof approvals>[0]} decisions
 */
function showApprovals(place, decisions) {
  const lines = approvals(decisions);
  if (!lines.length) return place.replaceChildren("Nobody was asked.");
  place.replaceChildren(
    h(
      "ul",
      {},
      lines.map(([who, what]) => h("li", {}, h("strong", { dir: "auto" }, visible(who)), ` ${visible(what)}`)),
    ),
  );
}
