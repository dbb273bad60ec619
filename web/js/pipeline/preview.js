/** A drawing of a pipeline before it starts, with the gates that are in force under a project's oversight. */

import { h, write } from "../dom.js";
import { failure } from "../notices.js";
import { catalogue } from "../rest.js";
import { joined } from "../text.js";
import "./pipeline-graph.js";
import { gateAsks } from "./stages.js";

/** @import { Oversight, Pipeline } from "../api.d.ts" */

/** The pipeline that is chosen at first. */
export const PREFERRED = "software-delivery";

/** @param {AbortSignal} signal */
export function pipelinePreview(signal) {
  const graph = h("pipeline-graph");
  const gates = h("p", { class: "soft", role: "status" });
  const errors = h("div", {});
  const element = h(
    "section",
    { class: "start-preview", "aria-label": "The pipeline", hidden: true },
    errors,
    graph,
    gates,
  );
  /** @type {Map<string, Pipeline>} */
  const cache = new Map();
  /** @type {string | null} */
  let wanted = null;

  /**
   * @param {string} name
   * @param {string} oversight "" leaves it to the pipeline
   */
  async function show(name, oversight) {
    wanted = name;
    element.hidden = false;
    try {
      cache.set(name, cache.get(name) ?? (await catalogue.pipeline(name, { signal })));
    } catch (error) {
      if (!signal.aborted && wanted === name) errors.replaceChildren(failure(error, () => show(name, oversight)));
      return;
    }
    if (wanted !== name) return;
    errors.replaceChildren();
    const pipeline = cache.get(name);
    if (!pipeline) return;
    const level = /** @type {Oversight | ""} */ (oversight) || null;
    graph.show({ pipeline, oversight: level });
    write(gates, gatesInWords(pipeline, level));
  }

  return { element, show };
}

/**
 * "You decide after discovery, plan and launch."
 * @param {Pipeline} pipeline
 * @param {Oversight | null} oversight
 */
export function gatesInWords(pipeline, oversight) {
  /** @param {string} rule */
  const under = (rule) => pipeline.stages.filter((each) => gateAsks(each, oversight) === rule).map(({ name }) => name);
  const always = under("always");
  const unsure = under("on_low_confidence");
  if (!always.length && !unsure.length) return "No review asks. You are asked only if a step fails.";
  const parts = [
    always.length && `You decide after ${joined(always)}`,
    unsure.length && `${always.length ? "and " : "You decide "}after ${joined(unsure)} if the agent is unsure`,
  ];
  return `${parts.filter(Boolean).join(always.length && unsure.length ? ", " : "")}.`;
}
