/** Where in its pipeline a request stands, kept up to date while it is looked at. */

import { h } from "../dom.js";
import "../elements/pipeline-graph.js";
import { live } from "../live.js";
import { stageStates } from "../project/stages.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";
import { go } from "../router.js";

const ENDED = new Set(["completed", "rejected", "failed", "cancelled"]);

/** A section that fills itself. A task that belongs to no stage, or a project that cannot be read, leaves it empty. */
export function standing({ project_id: id, stage }, signal) {
  const graph = document.createElement("pipeline-graph");
  const section = h("section", { class: "standing", "aria-label": "Where it stands", hidden: true }, graph);
  graph.addEventListener("stage-select", ({ detail: name }) => go(`/projects/${id}#stage=${encodeURIComponent(name)}`));
  let project = null;
  const refresher = new Refresher(async () => {
    const progress = await projects.status(id, { signal });
    project ??= await projects.get(id, { signal });
    const pipeline = project.pipeline_definition;
    if (!pipeline.stages.some((one) => one.name === stage)) return;
    section.hidden = false;
    Object.assign(graph, { pipeline, oversight: project.oversight, current: stage, ended: ENDED.has(progress.status) });
    graph.stages = stageStates(pipeline, progress.tasks, progress.open_requests);
  }, { gap: 500, signal });
  live.watch((changed) => (changed === id || (changed === null && project)) && refresher.ask(), signal);
  refresher.ask();
  return section;
}
