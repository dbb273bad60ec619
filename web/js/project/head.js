/** The top of a project's view: what it is called, how it stands, and what can be done to it. */

import { h, write } from "../dom.js";
import { LEVELS } from "../projects/oversight.js";
import { badge } from "../status.js";
import { span } from "../time.js";
import { visible } from "../visible.js";
import { actions } from "./actions.js";
import { brief } from "./brief.js";
import { stopped } from "./stopped.js";

/** `{element, update()}`. */
export function projectHead(model, signal) {
  const name = h("h1", { dir: "auto" });
  const standing = h("span", {});
  const facts = h("dl", { class: "project-facts" });
  const reason = h("div", { class: "notice reason", hidden: true });
  const bar = h("progress", { "aria-label": "Stages accepted" });
  const does = actions(model, signal);
  const still = stopped(model, signal);
  const element = h("header", { class: "project-head" },
    h("div", { class: "project-title" }, name, standing, does.asked),
    facts, does.buttons, does.trouble, still.element, reason, brief(model));
  let shown = null;

  function update() {
    const { project } = model;
    write(name, visible(project.name));
    if (standing.dataset.status !== project.status) standing.replaceChildren(badge("project", project.status));
    standing.dataset.status = project.status;
    Object.assign(bar, { max: project.progress.total, value: project.progress.done });
    // Built anew only where it says something else: a time that is being read or hovered stays.
    const says = JSON.stringify([project.pipeline, project.oversight, project.ended_at, project.progress]);
    if (says !== shown) facts.replaceChildren(...known(project, bar));
    shown = says;
    because(reason, project);
    does.update();
    still.update();
  }
  return { element, update };
}

function known(project, bar) {
  const oversight = LEVELS[project.oversight ?? ""];
  const facts = [
    ["Pipeline", h("span", { class: "mono" }, project.pipeline)],
    ["Oversight", h("span", { title: oversight.means }, oversight.word)],
    ["Progress", h("span", { class: "with-bar" }, `${project.progress.done} of ${project.progress.total} stages`, bar)],
    ["Started", h("time-ago", { datetime: project.created_at })],
    project.ended_at && ["Ended", h("time-ago", { datetime: project.ended_at })],
    project.ended_at && ["Took", span(Date.parse(project.ended_at) - Date.parse(project.created_at))],
  ];
  return facts.filter(Boolean).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)));
}

/** A long reason scrolls, with the keyboard too. */
const why = (word, reason) =>
  h("span", { class: "prose", dir: "auto", tabindex: "0", role: "region", "aria-label": `${word}: the reason` },
    visible(reason));

function because(notice, { status, reason }) {
  notice.hidden = !reason || status === "completed";
  if (notice.hidden) return;
  const word = { rejected: "Rejected", failed: "Failed", cancelled: "Cancelled" }[status] ?? "Reason";
  if (notice.dataset.says === `${word}${reason}`) return;
  notice.dataset.says = `${word}${reason}`;
  notice.dataset.tone = status === "rejected" || status === "failed" ? "bad" : "calm";
  notice.replaceChildren(h("strong", {}, word), why(word, reason));
}
