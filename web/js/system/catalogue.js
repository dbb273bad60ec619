/** The system view's lists of agents, crews, pipelines, links, and pipelines that are left out. */

import { h, icon } from "../dom.js";
import { title } from "../labels.js";
import "../pipeline/pipeline-graph.js";
import { gatesInWords } from "../pipeline/preview.js";
import { EXPLANATION } from "../rehearsal.js";
import { visible } from "../text.js";

/** @import { AgentPublic, Links, Pipeline, PipelineLeftOut, ProviderPublic } from "../api.d.ts" */

/** @param {AgentPublic[]} items */
export const agents = (items) =>
  h(
    "ul",
    { class: "system-agents", role: "list", "aria-label": "Agents" },
    items.map(({ agent_type: agent, description }) =>
      h(
        "li",
        {},
        h("span", { class: "agent-name" }, title(agent)),
        h("span", { class: "soft" }, description),
      )
    ),
  );

/**
 * Who can play the agents: their providers.
 * @param {ProviderPublic[]} items
 */
export const crews = (items) =>
  h(
    "ul",
    { class: "system-agents", role: "list", "aria-label": "Crews" },
    items.map(({ name, description, is_rehearsal: rehearses, is_default: isDefault, default_model: model }) =>
      h(
        "li",
        {},
        h("span", { class: "agent-name", dir: "auto" }, title(visible(name))),
        h(
          "span",
          { class: "soft", dir: "auto" },
          visible(description),
          model && [" By default: ", h("bdi", { class: "mono" }, visible(model))],
        ),
        isDefault && h("span", { class: "badge agent-provider" }, rehearses && icon("rehearsal"), "For new projects"),
        rehearses && h("span", { class: "soft crew-explained" }, EXPLANATION),
      )
    ),
  );

/** @type {[key: keyof Links, name: string, what: string, fallback: string | null][]} */
const LINKS = [
  ["temporal_ui", "Temporal's web UI", "Each project's workflow, step by step", null],
  ["api_docs", "API documentation", "Every call, with its shapes and examples", "/docs"],
  ["openapi", "OpenAPI document", "The same, for programs", "/openapi.json"],
];

/**
 * Links to other pages; `given` are those that the API returns.
 * @param {Links | undefined} given
 */
export function links(given) {
  return h(
    "ul",
    { class: "system-links", role: "list", "aria-label": "Links" },
    LINKS
      .map(([key, name, what, fallback]) => [given?.[key] ?? fallback, name, what])
      .filter(([href]) => href && /^(https?:\/\/|\/)/.test(href))
      .map(([href, name, what]) =>
        h(
          "li",
          {},
          h("a", { href, target: "_blank", rel: "noreferrer" }, name, icon("elsewhere")),
          h("span", { class: "soft" }, what),
        )
      ),
  );
}

/** @param {Pipeline[]} items */
export function pipelines(items) {
  return items.map((pipeline) => {
    const graph = h("pipeline-graph");
    graph.show({ pipeline });
    return h(
      "article",
      { class: "system-pipeline" },
      h("h3", {}, pipeline.name),
      h("p", { class: "soft" }, pipeline.description),
      graph,
      h("p", { class: "soft" }, gatesInWords(pipeline, null)),
    );
  });
}

/**
 * The pipeline files that are left out, and why.
 * @param {PipelineLeftOut[]} items
 */
export function leftOutList(items) {
  return h(
    "ul",
    { class: "left-out" },
    items.map(({ file, problems }) =>
      h(
        "li",
        {},
        h("strong", { dir: "auto" }, visible(file)),
        problems.map((problem) => h("p", { class: "soft", dir: "auto" }, visible(problem))),
      )
    ),
  );
}
