/** The pipeline as one line of steps, with the one that asks marked. */

import { mark } from "../badges.js";
import { h } from "../dom.js";
import { status } from "../labels.js";
import { live } from "../live.js";
import { stageStates } from "../pipeline/stages.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";

/** @import { ProjectPublic, RequestPublic } from "../api.d.ts" */

/**
 * The steps of a request's project, up to date until `signal` aborts. It stays hidden for a task outside the pipeline,
 * and if the project cannot be read.
 * @param {RequestPublic} request
 * @param {AbortSignal} signal
 */
export function stepper({ project_id: id, stage }, signal) {
  const list = h("ol", { class: "steps" });
  const element = h("nav", { class: "stepper", "aria-label": "Steps of the project", hidden: true }, list);
  /** @type {ProjectPublic | null} */
  let project = null;
  const refresher = new Refresher(async () => {
    const progress = await projects.status(id, { signal });
    project ??= await projects.get(id, { signal });
    const { pipeline_definition: pipeline } = project;
    if (!pipeline.stages.some(({ name }) => name === stage)) return;
    element.hidden = false;
    const states = stageStates(pipeline, progress.tasks, progress.open_requests);
    const isFirst = !list.firstChild;
    list.replaceChildren(
      ...pipeline.stages.map(({ name }) => step(name, states.get(name)?.state ?? "pending", name === stage, id)),
    );
    if (isFirst) reveal(element, list);
  }, { gap: 500, signal });
  live.watch((changed) => (changed === id || (changed === null && project)) && refresher.ask(), signal);
  refresher.ask();
  return element;
}

/**
 * Scroll the step that asks to the middle, if not all of them fit.
 * @param {HTMLElement} element
 * @param {HTMLElement} list
 */
function reveal(element, list) {
  const current = list.querySelector("[aria-current]")?.getBoundingClientRect();
  const around = element.getBoundingClientRect();
  if (current) element.scrollLeft += (current.left + current.right - around.left - around.right) / 2;
}

/**
 * @param {string} name
 * @param {string} state
 * @param {boolean} current
 * @param {string} project
 */
function step(name, state, current, project) {
  const href = `/projects/${project}#stage=${encodeURIComponent(name)}`;
  return h(
    "li",
    {},
    h(
      "a",
      { href, "aria-current": current ? "step" : null },
      mark("stage", state),
      h("span", { dir: "auto" }, name),
      h("span", { class: "visually-hidden" }, `: ${status("stage", state).word}`),
    ),
  );
}
