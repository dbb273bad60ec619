/** The body of a card: evidence, the place in the pipeline, earlier responses, and the agent's instructions. */

import { h, onCustom, present } from "../dom.js";
import { bytes, count, DECIDED, ENDED_STATUSES, status, title } from "../labels.js";
import { live } from "../live.js";
import "../pipeline/pipeline-graph.js";
import { stageStates } from "../pipeline/stages.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";
import { go } from "../navigation.js";
import { visible } from "../text.js";
import { evidence } from "./evidence.js";
import { earlierRounds } from "./requests.js";

/** @import { ArtifactItem, ProjectPublic, RequestPublic, Usage } from "../api.d.ts" */
/** @import { Decision } from "./entry.js" */

/**
 * The parts of the body, up to date until `signal` aborts.
 * @param {RequestPublic} request
 * @param {AbortSignal} signal
 */
export function cardBody(request, signal) {
  const { task } = request;
  const pastResponses = h("div", {}, history(request, []));
  /** @param {RequestPublic[]} rounds */
  const showRounds = (rounds) => pastResponses.replaceChildren(...present([history(request, rounds)]));
  // If they cannot be read, a person can decide without them.
  earlierRounds(request, signal).then(showRounds, () => {});
  const feedback = request.round > 1 && task?.feedback;
  // The question of a failed step may contain the error.
  const failure = task?.error && !request.question.includes(task.error);
  return present([
    feedback &&
    h(
      "div",
      { class: "card-feedback" },
      h("p", { class: "faint" }, "Feedback for this round"),
      quotation(feedback),
    ),
    h(
      "div",
      { class: "card-evidence" },
      failure &&
        h(
          "div",
          { class: "notice", dataset: { tone: "bad" } },
          h("strong", {}, "What went wrong"),
          h("span", { class: "words", dir: "auto" }, task.error),
        ),
      evidence(request),
    ),
    h("div", { class: "card-aside" }, pipelinePlace(request, signal), pastResponses, taskFacts(request)),
  ]);
}

/**
 * The agent's instructions and result, or null if there is no task.
 * @param {RequestPublic} request
 */
export function taskFacts({ task }) {
  if (!task) return null;
  const facts = [
    ["Handed over by", task.from_agent ? title(task.from_agent) : "The product owner"],
    ["Instructions", task.instructions && h("p", { dir: "auto", class: "words" }, task.instructions)],
    ["Feedback", task.feedback && h("p", { dir: "auto", class: "words" }, task.feedback)],
    ["Expected", task.expected_outputs?.map(title).join(", ")],
    ["Inputs", task.context?.length && h("ul", {}, task.context.map(artifact))],
    ["Attempt", task.attempt > 1 && `${task.attempt}`],
    ["Confidence", typeof task.confidence === "number" && `${Math.round(task.confidence * 100)} %`],
    ["Verdict", task.verdict && title(task.verdict)],
    ["Usage", usage(task.usage)],
  ].filter(([, value]) => value);
  return h(
    "details",
    { class: "panel folded" },
    h("summary", {}, "The agent's task"),
    h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
  );
}

/** @param {ArtifactItem} item */
function artifact(item) {
  const href = `/projects/${item.project_id}#artifact=${item.artifact_id}`;
  return h(
    "li",
    {},
    h("a", { href }, `${title(item.type)}, version ${item.version}`),
    h("span", { class: "faint", dir: "auto" }, ` ${bytes(item.size)}, by ${item.author}`),
  );
}

/** @param {Usage | null} spent */
function usage(spent) {
  if (!spent) return null;
  const tokens = (spent.input_tokens ?? 0) + (spent.output_tokens ?? 0);
  const parts = [spent.model, tokens && count(tokens, "token"), spent.cost_usd && `$${spent.cost_usd}`];
  return parts.filter(Boolean).join(", ");
}

/**
 * The pipeline, with the request's stage marked, up to date until `signal` aborts. It stays hidden for a task outside
 * the pipeline, and if the project cannot be read.
 * @param {RequestPublic} request
 * @param {AbortSignal} signal
 */
export function pipelinePlace({ project_id: id, stage }, signal) {
  const graph = document.createElement("pipeline-graph");
  const section = h(
    "section",
    { class: "pipeline-place", "aria-label": "Position in the pipeline", hidden: true },
    graph,
  );
  onCustom(graph, "stage-select", (name) => go(`/projects/${id}#stage=${encodeURIComponent(name)}`));
  /** @type {ProjectPublic | null} */
  let project = null;
  const refresher = new Refresher(async () => {
    const progress = await projects.status(id, { signal });
    project ??= await projects.get(id, { signal });
    const { oversight, pipeline_definition: pipeline } = project;
    if (!pipeline.stages.some(({ name }) => name === stage)) return;
    section.hidden = false;
    graph.show({
      pipeline,
      oversight,
      current: stage,
      ended: ENDED_STATUSES.has(progress.status),
      stages: stageStates(pipeline, progress.tasks, progress.open_requests),
    });
  }, { gap: 500, signal });
  live.watch((changed) => (changed === id || (changed === null && project)) && refresher.ask(), signal);
  refresher.ask();
  return section;
}

/**
 * "Anna amended it with feedback", as an element.
 * @param {Decision} decision
 */
export function decisionText(decision) {
  // A decision that was read has the hash of the content; a response sent from here has the content.
  const content = decision.content_hash || decision.content !== undefined;
  const feedback = decision.redo ? ` with feedback for ${visible(decision.redo)}` : " with feedback";
  const how = decision.action !== "amend" ? "" : content ? " with new content" : feedback;
  return h(
    "span",
    {},
    h("strong", { dir: "auto" }, visible(decision.responder)),
    ` ${DECIDED[decision.action]} it${how} `,
    h("time-ago", { datetime: decision.responded_at, mode: "brief" }),
    " ago",
  );
}

/** @param {string | null | undefined} comment */
export const quotation = (comment) => comment && h("blockquote", { class: "words", dir: "auto" }, visible(comment));

/**
 * Earlier responses, or null if there are none; `rounds` are earlier requests of the stage.
 * @param {RequestPublic} request
 * @param {RequestPublic[]} rounds
 */
export function history(request, rounds) {
  const pending = request.status === "pending";
  const responses = request.history.filter(({ decision_id }) => pending || decision_id !== request.decision_id);
  const items = [
    ...responses.map((response) =>
      h(
        "li",
        {},
        decisionText(response),
        response.outcome !== "applied" && h("span", { class: "faint" }, ` Not applied: ${response.explanation}.`),
        quotation(response.comment),
      )
    ),
    ...rounds.map((earlier) => {
      const winner = earlier.history.find(({ decision_id }) => decision_id === earlier.decision_id);
      return h(
        "li",
        {},
        h("span", { class: "faint" }, `Round ${earlier.round}: `),
        winner ? decisionText(winner) : status("hitl", earlier.status).word,
        quotation(winner?.comment),
      );
    }),
  ];
  if (!items.length) return null;
  return h(
    "section",
    { class: "panel", "aria-label": "Earlier responses" },
    h("header", {}, h("h3", {}, "Earlier responses")),
    h("ol", { class: "history panel-body" }, items),
  );
}
