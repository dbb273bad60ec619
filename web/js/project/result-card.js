/** What a finished project begins with: its tests, its package, how long it took, who approved what. */

import { h, icon, present } from "../dom.js";
import { bytes, count } from "../labels.js";
import { artifacts as artifactEndpoints, projects } from "../rest.js";
import { visible } from "../text.js";
import { duration } from "../time.js";
import { hasSpent, spentInWords } from "../usage.js";
import { approvals } from "./decision-words.js";
import { readDecisions } from "./decisions.js";

/** @import { ArtifactItem } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */
/** @import { ProjectModel } from "./model.js" */

/** What the reports of tests say of a run. */
const RUN = /(\d+) of (\d+) ([^\n.]*?tests[^\n.]*?) ran, (\d+) failed/g;

/** The card, which appears once the project is completed. @param {ProjectModel} model */
export function resultCard(model) {
  const element = h("section", { class: "result", "aria-label": "Result", hidden: true });

  function update() {
    if (model.project.status !== "completed" || !element.hidden) return;
    element.hidden = false;
    const tests = h("dd", {}, "…");
    const people = h("dd", {}, "…");
    const decisions = readDecisions(model, () => decisions.items && showApprovals(people, decisions.items));
    /** @type {([term: string, value: Element] | null)[]} */
    const facts = [
      ["Tests", tests],
      packageFact(model),
      ["Time", h("dd", {}, time(model))],
      hasSpent(model.project.spent) ? ["Cost", h("dd", { class: "numbers" }, spentInWords(model.project.spent))] : null,
      ["Approved by", people],
    ];
    element.append(
      h("header", {}, icon("completed"), h("h2", {}, "Delivered")),
      h("dl", {}, present(facts).map(([term, value]) => h("div", {}, h("dt", {}, term), value))),
    );
    showTests(tests, model);
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
 * @param {Element} place
 * @param {ProjectModel} model
 */
async function showTests(place, model) {
  const report = accepted(model, "test_results");
  if (!report) return place.replaceChildren("No tests belong to this pipeline.");
  const task = model.progress.tasks.find(({ task_id: id }) => id === report.task_id);
  const verdict = task?.verdict === "failed" ? "Failed" : "Passed";
  place.replaceChildren(link(report, verdict));
  try {
    const runs = [...(await artifactEndpoints.text(report.artifact_id, { signal: model.signal })).matchAll(RUN)];
    const [ran, failed] = [1, 4].map((group) => runs.reduce((sum, run) => sum + Number(run[group]), 0));
    if (!runs.length) return;
    place.replaceChildren(
      link(
        report,
        verdict === "Passed" && !failed
          ? `All ${count(ran, "test")} passed`
          : `${ran - failed} of ${count(ran, "test")} passed`,
      ),
    );
  } catch {
    // The verdict and the link to the report are there.
  }
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
