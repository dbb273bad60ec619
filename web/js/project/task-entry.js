/** One task in a stage's detail: when it ran, its result, its instructions, its artifacts and its requests. */

import { isNamed, kindOf, nameOf } from "../artifacts/name.js";
import { commentText } from "../comment.js";
import { badge } from "../badges.js";
import { each, find, h, icon, present, write } from "../dom.js";
import { bytes, OPEN_TASK_STATUSES } from "../labels.js";
import { messageOf } from "../notices.js";
import { tasks } from "../rest.js";
import { visible } from "../text.js";
import { duration } from "../time.js";
import "../transcript/task-transcript.js";
import { askedModel, fallbacksInWords, modelInWords } from "../usage.js";
import { requestEntry, updateRequest } from "./request-entry.js";

/** @import { ArtifactItem, RequestItem, TaskPublic } from "../api.d.ts" */
/** @import { TaskTranscript } from "../transcript/task-transcript.js" */
/** @import { ProjectModel } from "./model.js" */

/**
 * @param {TaskPublic} task
 * @param {AbortSignal} signal
 */
export function taskEntry(task, signal) {
  const entry = h(
    "li",
    { class: "task-entry", id: `task-${task.task_id}`, tabindex: "-1" },
    h(
      "header",
      {},
      h("strong", {}),
      h("span", { dataset: { part: "status" } }),
      h("span", { class: "soft", dataset: { part: "facts" } }),
    ),
    h("div", { dataset: { part: "instructions" } }),
    h("p", { class: "bad prose", dir: "auto", dataset: { part: "error" } }),
    h("task-transcript", {}),
    h("ul", { "aria-label": "What it wrote", dataset: { part: "artifacts" } }),
    h("p", { class: "soft", dataset: { part: "provenance" } }),
    h("ul", { "aria-label": "Requests", dataset: { part: "requests" } }),
  );
  readInstructions(entry, task, signal);
  return entry;
}

/**
 * @param {HTMLElement} entry
 * @param {TaskPublic} task
 * @param {ProjectModel} model
 */
export function updateTask(entry, task, model) {
  /** @param {string} name */
  const part = (name) => find(`[data-part="${name}"]`, entry);
  const statusBadge = part("status");
  write(find("strong", entry), model.stages.has(task.stage) ? `Round ${task.round}` : "Task");
  if (statusBadge.dataset.status !== task.status) statusBadge.replaceChildren(badge("task", task.status));
  statusBadge.dataset.status = task.status;
  const requests = model.requests.filter((request) => request.task_id === task.task_id);
  facts(part("facts"), task, requests[0]);
  write(part("error"), task.error ?? "");
  part("error").hidden = !task.error;
  const artifacts = model.artifacts.filter((artifact) => artifact.task_id === task.task_id);
  /** @type {TaskTranscript} */ (find("task-transcript", entry)).show(task, model.project.is_rehearsal);
  part("provenance").hidden = !artifacts.some(({ by_agent }) => by_agent) || !askedModel(task.usage);
  write(part("provenance"), part("provenance").hidden ? "" : writtenBy(task));
  part("artifacts").hidden = artifacts.length === 0;
  each(part("artifacts"), artifacts, ({ artifact_id }) => artifact_id, artifactLink);
  part("requests").hidden = requests.length === 0;
  /**
   * @param {HTMLElement} element
   * @param {RequestItem} request
   */
  const paint = (element, request) => updateRequest(element, request, model.signal, model.holdsDeadline(request));
  each(part("requests"), requests, ({ request_id }) => request_id, requestEntry, paint);
}

/**
 * "Written by openai:gpt-5, answered by gpt-5-2025-08-07, with the prompt coder@3f2a90c1d7be".
 * @param {TaskPublic} task
 */
function writtenBy({ usage }) {
  if (!usage) return "";
  const prompt = usage.prompt_version ? `, with the prompt ${usage.prompt_version}` : "";
  return visible([`Written by ${modelInWords(usage)}${prompt}`, ...fallbacksInWords(usage)].join(". "));
}

/**
 * @param {HTMLElement} place
 * @param {TaskPublic} task
 * @param {RequestItem | undefined} request
 */
function facts(place, task, request) {
  const until = request ? request.created_at : OPEN_TASK_STATUSES.has(task.status) ? null : task.updated_at;
  const text = [
    until && `worked ${duration(Date.parse(until) - Date.parse(task.created_at))}`,
    task.attempt > 1 && `${task.attempt} attempts`,
    task.verdict && `verdict ${task.verdict}`,
    task.confidence !== null && `confidence ${Math.round(task.confidence * 100)} %`,
    task.status === "completed" && !task.accepted && !request && task.verdict !== "failed" && "superseded by a rework",
  ].filter(Boolean).join(" · ");
  if (place.dataset.shown === text) return;
  place.dataset.shown = text;
  place.replaceChildren("started ", h("time-ago", { datetime: task.created_at }), text && ` · ${text}`);
}

/** @param {ArtifactItem} artifact */
export function artifactLink(artifact) {
  return h(
    "li",
    { class: "artifact-link" },
    icon("file"),
    h("a", { href: `#artifact=${artifact.artifact_id}`, dir: "auto" }, nameOf(artifact)),
    h(
      "span",
      { class: "soft" },
      `${isNamed(artifact) ? `${kindOf(artifact)}, ` : ""}version ${artifact.version}, ${bytes(artifact.size)}`,
    ),
  );
}

/**
 * Read the instructions and the feedback, which are missing in the list of tasks.
 * @param {HTMLElement} entry
 * @param {TaskPublic} task
 * @param {AbortSignal} signal
 */
async function readInstructions(entry, task, signal) {
  const place = find("[data-part=instructions]", entry);
  place.hidden = true;
  try {
    const { feedback, instructions } = await tasks.get(task.task_id, { signal });
    const outside = entry.closest("[data-outside]") && instructions;
    place.hidden = !feedback && !outside;
    /**
     * @param {string} heading
     * @param {string} text
     */
    const quote = (heading, text) =>
      h(
        "div",
        {},
        h("span", { class: "soft" }, heading),
        h("blockquote", { class: "prose", dir: "auto" }, commentText(text)),
      );
    const texts = [outside && quote("Instructions", instructions), feedback && quote("Feedback", feedback)];
    place.replaceChildren(...present(texts));
  } catch (error) {
    if (signal.aborted) return;
    place.hidden = false;
    place.replaceChildren(h("p", { class: "soft" }, `Cannot read its instructions: ${messageOf(error)}`));
  }
}
