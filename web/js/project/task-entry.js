/** One task in a stage's detail: when, how it went, what it was told, what it wrote, who decided about it. */

import { badge } from "../badges.js";
import { each, h, icon, write } from "../dom.js";
import { bytes, REASONS, title } from "../labels.js";
import { hitl, tasks } from "../rest.js";
import { visible } from "../text.js";
import { span } from "../time.js";

const OPEN = new Set(["pending", "working", "waiting_for_hitl"]);

export function taskEntry(task, signal) {
  const entry = h("li", { class: "task-entry", id: `task-${task.task_id}`, tabindex: "-1" },
    h("header", {},
      h("strong", {}),
      h("span", { dataset: { part: "standing" } }),
      h("span", { class: "soft", dataset: { part: "facts" } })),
    h("div", { dataset: { part: "told" } }),
    h("p", { class: "bad prose", dir: "auto", dataset: { part: "error" } }),
    h("ul", { "aria-label": "What it wrote", dataset: { part: "wrote" } }),
    h("ul", { "aria-label": "Requests", dataset: { part: "requests" } }));
  tell(entry, task, signal);
  return entry;
}

export function updateTask(entry, task, model) {
  const part = (name) => entry.querySelector(`[data-part="${name}"]`);
  const standing = part("standing");
  write(entry.querySelector("strong"), model.stages.has(task.stage) ? `Round ${task.round}` : "Task");
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
  const paint = (element, one) => updateRequest(element, one, model.signal, model.holds(one));
  each(part("requests"), requests, (one) => one.request_id, requestEntry, paint);
}

function facts(place, task, request) {
  const until = request ? request.created_at : OPEN.has(task.status) ? null : task.updated_at;
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

export function artifactLink(one) {
  const plain = one.name === one.type; // the only one of its type, and called so
  return h("li", { class: "artifact-link" }, icon("file"),
    h("a", { href: `#artifact=${one.artifact_id}`, dir: "auto" }, plain ? title(one.type) : one.name),
    h("span", { class: "soft" }, `${plain ? "" : `${title(one.type)}, `}version ${one.version}, ${bytes(one.size)}`));
}

/** The instructions and the feedback are not in the list of tasks, and are asked for when somebody looks. */
async function tell(entry, task, signal) {
  const place = entry.querySelector("[data-part=told]");
  place.hidden = true;
  try {
    const { feedback, instructions } = await tasks.get(task.task_id, { signal });
    const outside = entry.closest("[data-outside]") && instructions;
    place.hidden = !feedback && !outside;
    const told = (what, text) =>
      h("div", {}, h("span", { class: "soft" }, what), h("blockquote", { class: "prose", dir: "auto" }, text));
    const parts = [outside && told("Instructions", instructions), feedback && told("Feedback given", feedback)];
    place.replaceChildren(...parts.filter(Boolean));
  } catch (error) {
    if (signal.aborted) return;
    place.hidden = false;
    place.replaceChildren(h("p", { class: "soft" }, `What it was told is not known: ${error.message}`));
  }
}

const DID = { approve: "approved", amend: "amended", reject: "rejected" };

export function requestEntry(request) {
  return h("li", { class: "request-entry" },
    h("div", { class: "request-asks" },
      h("span", {}),
      h("a", { href: `/inbox?request=${request.request_id}`, dir: "auto" }, visible(request.question)),
      h("span", { class: "soft" })),
    h("ul", { "aria-label": "Responses", hidden: true }));
}

export function updateRequest(entry, request, signal, held) {
  const expires = held ? " · the deadline stands still" : ` ${request.expires_at}`;
  if (entry.dataset.status === request.status && entry.dataset.expires === expires) return;
  entry.dataset.status = request.status;
  entry.dataset.expires = expires;
  const [asks, responses] = entry.children;
  asks.firstElementChild.replaceChildren(badge("hitl", request.status));
  asks.lastElementChild.replaceChildren(
    `${REASONS[request.reason] ?? request.reason} · asked `, h("time-ago", { datetime: request.created_at }),
    ...(request.status !== "pending" ? [] : held ? [expires]
      : [" · expires ", h("time-ago", { datetime: request.expires_at })]));
  responded(responses, request, signal);
}

async function responded(list, request, signal) {
  try {
    const { history } = await hitl.get(request.request_id, { signal });
    list.hidden = history.length === 0;
    list.replaceChildren(...history.map(response));
  } catch (error) {
    if (signal.aborted) return;
    list.hidden = false;
    write(list, `Who decided is not known: ${error.message}`);
  }
}

function response(one) {
  const how = one.action !== "amend" ? "" : one.content_hash ? " with new content" : " with feedback";
  const why = one.explanation ? ` · not applied: ${one.explanation}` : " · not applied";
  return h("li", {},
    h("span", {},
      h("strong", { dir: "auto" }, visible(one.responder)), ` ${DID[one.action]}${how} `,
      h("time-ago", { datetime: one.responded_at }),
      one.outcome !== "applied" && h("span", { class: "soft" }, why)),
    one.comment && h("blockquote", { class: "prose", dir: "auto" }, visible(one.comment)));
}
