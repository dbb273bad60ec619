/** One project: how it stands, its pipeline, who did what when, what they wrote, its log. */

import "../artifacts/artifact-browser.js";
import "../artifacts/artifact-view.js";
import { h } from "../dom.js";
import "../feed/event-feed.js";
import { empty } from "../notices.js";
import "../pipeline/pipeline-graph.js";
import { crew } from "../project/agents.js";
import { speaker } from "../project/announcements.js";
import { projectHead, waitingCalls } from "../project/head.js";
import { ProjectModel } from "../project/model.js";
import { stageDetail } from "../project/stage-detail.js";
import { style } from "../style.js";
import { visible } from "../text.js";
import "../timeline/task-timeline.js";

await style("project.css");

export async function open(root, { params: [id], signal, title }) {
  const model = new ProjectModel(id, signal);
  const wait = () => root.replaceChildren(h("p", { class: "loading", role: "status" }, "Loading the project…"));
  const loading = setTimeout(wait, 200); // an answer that comes at once leaves no flash behind
  try {
    await model.open();
  } catch (error) {
    if (error.status !== 404 && error.status !== 422) throw error;
    title("No such project");
    root.replaceChildren(empty("search", "There is no such project",
      "The address names a project that BotArmy does not know.",
      h("a", { class: "button", href: "/" }, "Go to the projects")));
    return;
  } finally {
    clearTimeout(loading);
  }
  if (!signal.aborted) show(root, model, { signal, title });
}

function show(root, model, { signal, title }) {
  const head = projectHead(model, signal);
  const calls = waitingCalls(model);
  const agents = crew(model, signal);
  const says = speaker(model, signal);
  const graph = h("pipeline-graph", {});
  const timeline = h("task-timeline", {});
  const browser = h("artifact-browser", {});
  const detail = stageDetail(model, signal, () => choose(null));
  const stale = h("div", {});
  root.replaceChildren(h("div", { class: "project" },
    head.element, stale, calls.element,
    panel("pipeline", "Pipeline", graph, detail.element),
    agents.element,
    panel("timeline", "Timeline", timeline),
    panel("artifacts", "Artifacts", browser),
    panel("events", "Events", h("event-feed", { model }))));
  graph.show({ pipeline: model.project.pipeline_definition });
  browser.model = model;
  let cameFrom = null;

  function paint() {
    const { project, progress, ended } = model;
    title(visible(project.name));
    warn(model.error);
    for (const part of [head, calls, agents, detail]) part.update();
    graph.show({ oversight: project.oversight, stages: model.stages, ended });
    const names = model.agents.map((one) => one.agent_type);
    timeline.show({ tasks: progress.tasks, requests: model.requests, agents: names, ended });
    says();
  }

  /** What is shown may be old; said once, however often the reading fails. */
  function warn(error) {
    if (stale.dataset.says === error?.message) return;
    stale.replaceChildren(...(error ? [mayBeOld(error)] : []));
    if (error) stale.dataset.says = error.message;
    else delete stale.dataset.says;
  }

  /** Show a stage's or a task's detail, and name it in the address; null closes it. */
  function choose(subject) {
    if (subject) {
      if (detail.element.hidden) cameFrom = document.activeElement;
      if (!detail.show(subject)) return;
    } else {
      detail.hide();
      cameFrom?.focus();
    }
    graph.show({ current: detail.stage });
    timeline.show({ selected: subject?.task ?? null });
    const fragment = new URLSearchParams(location.hash.slice(1));
    for (const name of ["stage", "task"]) fragment.delete(name);
    for (const [name, value] of Object.entries(subject ?? {})) fragment.set(name, value);
    const here = location.pathname + location.search;
    history.replaceState(history.state, "", fragment.size ? `${here}#${fragment}` : here);
  }

  function obey() {
    const fragment = new URLSearchParams(location.hash.slice(1));
    if (fragment.has("task")) choose({ task: fragment.get("task") });
    else if (fragment.has("stage")) choose({ stage: fragment.get("stage") });
    else if (fragment.has("artifact")) browser.scrollIntoView({ block: "start" });
  }

  graph.addEventListener("stage-select", ({ detail: stage }) => choose(stage === detail.stage ? null : { stage }));
  timeline.addEventListener("task-select", ({ detail: task }) => choose({ task }));
  addEventListener("hashchange", obey, { signal });
  model.addEventListener("change", paint);
  model.addEventListener("events", () => agents.update());
  paint();
  if (location.hash) requestAnimationFrame(obey);
}

const mayBeOld = (error) => h("p", { class: "notice", role: "status", dataset: { tone: "asks" } },
  h("strong", {}, "What you see may be old"), h("span", {}, `${error.message} It is tried again by itself.`));

function panel(name, heading, ...content) {
  return h("section", { class: `panel ${name}-panel`, "aria-labelledby": `${name}-heading` },
    h("header", {}, h("h2", { id: `${name}-heading` }, heading)), h("div", { class: "panel-body" }, content));
}
