/** One task in a stage's detail: when it ran, its result, its instructions, its artifacts and its requests. */

import { badge } from "../badges.js";
import { each, find, h, icon, present, write } from "../dom.js";
import { bytes, OPEN_TASK_STATUSES, title } from "../labels.js";
import { messageOf } from "../notices.js";
import { tasks } from "../rest.js";
import { span } from "../time.js";
import { requestEntry, updateRequest } from "./request-entry.js";

/** @import { ArtifactItem, RequestItem, TaskPublic } from "../api.d.ts" */
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
      h("span", { dataset: { part: "standing" } }),
      h("span", { class: "soft", dataset: { part: "facts" } }),
    ),
    h("div", { dataset: { part: "told" } }),
    h("p", { class: "bad prose", dir: "auto", dataset: { part: "error" } }),
    h("ul", { "aria-label": "What it wrote", dataset: { part: "wrote" } }),
    h("ul", { "aria-label": "Requests", dataset: { part: "requests" } }),
  );
  tell(entry, task, signal);
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
  const standing = part("standing");
  write(find("strong", entry), model.stages.has(task.stage) ? `Round ${task.round}` : "Task");
  if (standing.dataset.status !== task.status) standing.replaceChildren(badge("task", task.status));
  standing.dataset.status = task.status;
  const requests = model.requests.filter((one) => one.task_id === task.task_id);
  facts(part("facts"), task, requests[0]);
  write(part("error"), task.error ?? "");
  part("error").hidden = !task.error;
  const wrote = model.artifacts.filter((one) => one.task_id === task.task_id);
  part("wrote").hidden = wrote.length === 0;
  each(part("wrote"), wrote, (one) => one.artifact_id, artifactLink);
  part("requests").hidden = requests.length === 0;
  /**
   * @param {HTMLElement} element
   * @param {RequestItem} one
   */
  const paint = (element, one) => updateRequest(element, one, model.signal, model.holdsDeadlines);
  each(part("requests"), requests, (one) => one.request_id, requestEntry, paint);
}

/**
 * @param {HTMLElement} place
 * @param {TaskPublic} task
 * @param {RequestItem | undefined} request
 */
function facts(place, task, request) {
  const until = request ? request.created_at : OPEN_TASK_STATUSES.has(task.status) ? null : task.updated_at;
  const says = [
    until && `worked ${span(Date.parse(until) - Date.parse(task.created_at))}`,
    task.attempt > 1 && `${task.attempt} attempts`,
    task.verdict && `verdict ${task.verdict}`,
    task.confidence !== null && `confidence ${Math.round(task.confidence * 100)} %`,
    task.status === "completed" && !task.accepted && !request && task.verdict !== "failed" && "taken back by a rework",
  ].filter(Boolean).join(" · ");
  if (place.dataset.says === says) return;
  place.dataset.says = says;
  place.replaceChildren("began ", h("time-ago", { datetime: task.created_at }), says && ` · ${says}`);
}

/** @param {ArtifactItem} one */
export function artifactLink(one) {
  const plain = one.name === one.type; // the only one of its type, and called so
  return h(
    "li",
    { class: "artifact-link" },
    icon("file"),
    h("a", { href: `#artifact=${one.artifact_id}`, dir: "auto" }, plain ? title(one.type) : one.name),
    h("span", { class: "soft" }, `${plain ? "" : `${title(one.type)}, `}version ${one.version}, ${bytes(one.size)}`),
  );
}

/**
 * Read the instructions and the feedback, which the list of tasks does not have.
 * @param {HTMLElement} entry
 * @param {TaskPublic} task
 * @param {AbortSignal} signal
 */
async function tell(entry, task, signal) {
  const place = find("[data-part=told]", entry);
  place.hidden = true;
  try {
    const { feedback, instructions } = await tasks.get(task.task_id, { signal });
    const outside = entry.closest("[data-outside]") && instructions;
    place.hidden = !feedback && !outside;
    /**
     * @param {string} what
     * @param {string} text
     */
    const told = (what, text) =>
      h("div", {}, h("span", { class: "soft" }, what), h("blockquote", { class: "prose", dir: "auto" }, text));
    const texts = [outside && told("Instructions", instructions), feedback && told("Feedback given", feedback)];
    place.replaceChildren(...present(texts));
  } catch (error) {
    if (signal.aborted) return;
    place.hidden = false;
    place.replaceChildren(h("p", { class: "soft" }, `What it was told is not known: ${messageOf(error)}`));
  }
}
