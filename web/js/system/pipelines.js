/** The pipelines that can be run, each drawn at rest. */

import "../elements/pipeline-graph.js";
import { h } from "../dom.js";
import { gatesInWords } from "../projects/pipeline-preview.js";
import { visible } from "../visible.js";

export function pipelines(items) {
  return items.map((pipeline) => {
    const graph = h("pipeline-graph");
    graph.pipeline = pipeline;
    return h("article", { class: "system-pipeline" },
      h("h3", {}, pipeline.name), h("p", { class: "soft" }, pipeline.description), graph,
      h("p", { class: "soft" }, gatesInWords(pipeline, null)));
  });
}

/** The files that cannot be run, and why. */
export function leftOutList(items) {
  return h("ul", { class: "left-out" }, items.map(({ file, problems }) =>
    h("li", {}, h("strong", { dir: "auto" }, visible(file)),
      problems.map((problem) => h("p", { class: "soft", dir: "auto" }, visible(problem))))));
}
