/** One project: its status, pipeline, agents, timeline, artifacts and log. */

import "../artifacts/artifact-browser.js";
import "../artifacts/artifact-view.js";
import { h, onCustom } from "../dom.js";
import "../feed/event-feed.js";
import { empty, messageOf } from "../notices.js";
import "../pipeline/pipeline-graph.js";
import { agentsPanel } from "../project/agents.js";
import { projectAnnouncer } from "../project/announcements.js";
import { openRequests, projectHead } from "../project/head.js";
import { ProjectModel } from "../project/model.js";
import { stageDetail } from "../project/stage-detail.js";
import { showRehearsal } from "../rehearsal.js";
import { Problem } from "../rest.js";
import { style } from "../style.js";
import { visible } from "../text.js";
import "../timeline/task-timeline.js";

/** @import { Child } from "../elements.d.ts" */
/** @import { Subject } from "../project/stage-detail.js" */
/** @import { Context } from "../router.js" */

await style("project.css");

/**
 * @param {HTMLElement} root
 * @param {Context} context
 */
export async function open(root, { params: [id], signal, title }) {
  const model = new ProjectModel(id, signal);
  const showLoading = () => root.replaceChildren(h("p", { class: "loading", role: "status" }, "Loading the project…"));
  const loading = setTimeout(showLoading, 200); // so that a quick response does not flash
  try {
    await model.open();
  } catch (error) {
    if (!(error instanceof Problem) || ![404, 422].includes(error.status)) throw error;
    title("No such project");
    root.replaceChildren(
      empty(
        "search",
        "There is no such project",
        "The address names a project that BotArmy does not know.",
        h("a", { class: "button", href: "/" }, "Go to the projects"),
      ),
    );
    return;
  } finally {
    clearTimeout(loading);
  }
  if (!signal.aborted) show(root, model, { signal, title });
}

/**
 * @param {HTMLElement} root
 * @param {ProjectModel} model
 * @param {Pick<Context, "signal" | "title">} options
 */
function show(root, model, { signal, title }) {
  const head = projectHead(model, signal);
  const requests = openRequests(model);
  const agents = agentsPanel(model);
  const announceChanges = projectAnnouncer(model, signal);
  const graph = h("pipeline-graph", {});
  const timeline = h("task-timeline", {});
  const browser = h("artifact-browser", {});
  const detail = stageDetail(model, signal, () => choose(null));
  const warning = h("div", {});
  root.replaceChildren(
    h(
      "div",
      { class: "project" },
      head.element,
      warning,
      requests.element,
      panel("pipeline", "Pipeline", graph, detail.element),
      agents.element,
      panel("timeline", "Timeline", timeline),
      panel("artifacts", "Artifacts", browser),
      panel("events", "Events", h("event-feed", { model })),
    ),
  );
  showRehearsal(model.project.is_rehearsal, signal);
  graph.show({ pipeline: model.project.pipeline_definition });
  browser.model = model;
  let shownWarning = "";
  /** @type {Element | null} */
  let focusedBefore = null;

  function paint() {
    const { project, progress, ended } = model;
    title(visible(project.name));
    warn(model.error);
    for (const part of [head, requests, agents, detail]) part.update();
    graph.show({ oversight: project.oversight, stages: model.stages, ended });
    const names = model.agents.map(({ agent_type }) => agent_type);
    timeline.show({ tasks: progress.tasks, requests: model.requests, agents: names, ended });
    announceChanges();
  }

  /**
   * Warn that the page may be out of date: once, however often reading fails.
   * @param {unknown} error
   */
  function warn(error) {
    const message = error ? messageOf(error) : "";
    if (shownWarning === message) return;
    shownWarning = message;
    warning.replaceChildren(...(error ? [staleNotice(error)] : []));
  }

  /**
   * Show a stage's or a task's detail, and name it in the address; null closes it.
   * @param {Subject | null} subject
   */
  function choose(subject) {
    if (subject) {
      if (detail.element.hidden) focusedBefore = document.activeElement;
      if (!detail.show(subject)) return;
    } else {
      detail.hide();
      if (focusedBefore instanceof HTMLElement) focusedBefore.focus();
    }
    graph.show({ current: detail.stage });
    timeline.show({ selected: subject?.task ?? null });
    const fragment = new URLSearchParams(location.hash.slice(1));
    for (const name of ["stage", "task"]) fragment.delete(name);
    for (const [name, value] of Object.entries(subject ?? {})) fragment.set(name, value);
    const here = location.pathname + location.search;
    history.replaceState(history.state, "", fragment.size ? `${here}#${fragment}` : here);
  }

  function followAddress() {
    const fragment = new URLSearchParams(location.hash.slice(1));
    const [task, stage] = [fragment.get("task"), fragment.get("stage")];
    if (task !== null) choose({ task });
    else if (stage !== null) choose({ stage });
    else if (fragment.has("artifact")) browser.scrollIntoView({ block: "start" });
  }

  onCustom(graph, "stage-select", (stage) => choose(stage === detail.stage ? null : { stage }));
  onCustom(timeline, "task-select", (task) => choose({ task }));
  addEventListener("hashchange", followAddress, { signal });
  model.addEventListener("change", paint);
  model.addEventListener("events", () => agents.update());
  paint();
  if (location.hash) requestAnimationFrame(followAddress);
}

/** @param {unknown} error */
const staleNotice = (error) =>
  h(
    "p",
    { class: "notice", role: "status", dataset: { tone: "asks" } },
    h("strong", {}, "What you see may be out of date"),
    h("span", {}, `${messageOf(error)} The page will try again.`),
  );

/**
 * @param {string} name
 * @param {string} heading
 * @param {...Child} content
 */
function panel(name, heading, ...content) {
  return h(
    "section",
    { class: `panel ${name}-panel`, "aria-labelledby": `${name}-heading` },
    h("header", {}, h("h2", { id: `${name}-heading` }, heading)),
    h("div", { class: "panel-body" }, content),
  );
}
