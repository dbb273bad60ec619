/** One project: its state, its pipeline with the details of a stage, and tabs for its work and its history. */

import "../artifacts/artifact-browser.js";
import "../artifacts/artifact-view.js";
import { h, onCustom } from "../dom.js";
import "../feed/event-feed.js";
import { changeFragment, fragment, onFragmentChange } from "../fragment.js";
import { empty, messageOf } from "../notices.js";
import { pending } from "../pending.js";
import "../pipeline/pipeline-graph.js";
import { activityTab } from "../project/activity-tab.js";
import { projectAnnouncer } from "../project/announcements.js";
import { projectHead } from "../project/head.js";
import { ProjectModel } from "../project/model.js";
import { openRequests } from "../project/open-requests.js";
import { resultCard } from "../project/result-card.js";
import { stageDetail } from "../project/stage-detail.js";
import { timelineTab } from "../project/timeline-tab.js";
import { showRehearsal } from "../rehearsal.js";
import { Problem } from "../rest.js";
import { style } from "../style.js";
import { tabList } from "../tabs.js";
import { visible } from "../text.js";

/** @import { Subject } from "../project/stage-detail.js" */
/** @import { Context } from "../router.js" */

await style("project.css");
await style("project-tabs.css");

/**
 * @param {HTMLElement} root
 * @param {Context} context
 */
export async function open(root, { params: [id], signal: left, title }) {
  const gone = new AbortController();
  const signal = AbortSignal.any([left, gone.signal]);
  const model = new ProjectModel(id, signal);
  const showLoading = () => root.replaceChildren(h("p", { class: "loading", role: "status" }, "Loading the project…"));
  const loading = setTimeout(showLoading, 200); // so that a quick response does not flash
  try {
    await model.open();
  } catch (error) {
    if (!(error instanceof Problem) || ![404, 422].includes(error.status)) throw error;
    title("No such project");
    root.replaceChildren(
      noProject("There is no such project", "The address names a project that BotArmy does not know."),
    );
    return;
  } finally {
    clearTimeout(loading);
  }
  const removed = () => {
    gone.abort();
    title("Removed project");
    root.replaceChildren(noProject("The project has been removed", "Somebody removed it, or it ended long ago."));
  };
  if (!signal.aborted) show(root, model, { signal, title, removed });
}

/** @param {string} heading @param {string} text */
const noProject = (heading, text) =>
  empty("search", heading, text, h("a", { class: "button", href: "/projects" }, "Go to the projects"));

/**
 * `removed()` is called if the project was removed since it was opened.
 * @param {HTMLElement} root
 * @param {ProjectModel} model
 * @param {Pick<Context, "signal" | "title"> & { removed: () => void }} options
 */
function show(root, model, { signal, title, removed }) {
  const head = projectHead(model, signal);
  const result = resultCard(model);
  const requests = openRequests(model);
  const announceChanges = projectAnnouncer(model, signal);
  const graph = h("pipeline-graph", {});
  const timeline = timelineTab(model, (task) => choose({ task }, { adds: true }));
  const browser = h("artifact-browser", {});
  const detail = stageDetail(model, signal, () => choose(null, { adds: true }));
  const warning = h("div", {});
  const tabs = tabList([
    { name: "work", word: "Work", make: () => [h("h2", { class: "visually-hidden" }, "Artifacts"), browser] },
    { name: "activity", word: "Activity", make: () => activityTab(model) },
    { name: "timeline", word: "Timeline", make: timeline.make },
    {
      name: "brief",
      word: "Brief and context",
      make: async () => (await import("../project/brief-tab.js")).briefTab(model),
    },
    {
      name: "members",
      word: "Members",
      make: async () => (await import("../project/members-tab.js")).membersTab(model.project.id, signal),
    },
  ], {
    label: "Parts of the project",
    chosen: (name) => changeFragment({ tab: name === "work" ? null : name, artifact: null }, { adds: true }),
  });
  const pipeline = h(
    "section",
    { class: "panel pipeline-panel", "aria-label": "Pipeline" },
    h("div", { class: "panel-body" }, foldedWhereNarrow("Pipeline", graph, signal), detail.element),
  );
  root.replaceChildren(
    h("div", { class: "project" }, head.element, warning, result.element, requests.element, pipeline, tabs.element),
  );
  showRehearsal(model.project.is_rehearsal, signal);
  graph.show({ pipeline: model.project.pipeline_definition });
  browser.model = model;
  let shownWarning = "";
  /** @type {Element | null} */
  let focusedBefore = null;

  function paint() {
    const { project, ended } = model;
    if (model.error instanceof Problem && model.error.status === 404) return removed();
    title(visible(project.name));
    warn(model.error);
    for (const part of [head, result, requests, detail]) part.update();
    graph.show({ oversight: project.oversight, stages: model.stages, ended });
    timeline.update();
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
   * Show a stage's or a task's detail; null closes it.
   * @param {Subject | null} subject
   * @param {{ adds?: boolean }} [options] `adds`: name it in the address, in a new entry of the history
   */
  function choose(subject, { adds = false } = {}) {
    if (subject) {
      if (detail.element.hidden) focusedBefore = document.activeElement;
      if (!detail.show(subject)) return;
    } else if (!detail.element.hidden) {
      detail.hide();
      if (focusedBefore instanceof HTMLElement) focusedBefore.focus({ preventScroll: true });
    }
    graph.show({ current: detail.stage });
    timeline.select(subject?.task ?? null);
    if (adds) changeFragment({ stage: null, task: null, ...subject }, { adds: true });
  }

  let followed = "";

  function followAddress() {
    const names = fragment();
    const [task, stage] = [names.get("task"), names.get("stage")];
    tabs.show(names.has("artifact") ? "work" : names.get("tab") ?? "work");
    if (`${task} ${stage}` === followed) return;
    followed = `${task} ${stage}`;
    choose(task !== null ? { task } : stage !== null ? { stage } : null);
  }

  onCustom(graph, "stage-select", (stage) => choose(stage === detail.stage ? null : { stage }, { adds: true }));
  onFragmentChange(followAddress, signal);
  model.addEventListener("change", paint);
  model.addEventListener("events", () => head.now.update());
  pending.addEventListener("change", () => [head, requests].forEach((part) => part.update()), { signal });
  paint();
  followAddress();
}

/**
 * On a phone, a part of the view that is opened by its name; elsewhere, the part as it is.
 * @param {string} name
 * @param {Element} content
 * @param {AbortSignal} signal
 */
function foldedWhereNarrow(name, content, signal) {
  const narrow = matchMedia("(max-width: 40rem)");
  const element = h("details", { class: "folded", open: !narrow.matches }, h("summary", {}, name), content);
  narrow.addEventListener("change", () => element.open = !narrow.matches, { signal });
  return element;
}

/** @param {unknown} error */
const staleNotice = (error) =>
  h(
    "p",
    { class: "notice", role: "status", dataset: { tone: "asks" } },
    h("strong", {}, "What you see may be out of date"),
    h("span", {}, `${messageOf(error)} The page will try again.`),
  );
