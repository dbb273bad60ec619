/** Full requests, cached so that the next one can be read in advance; and which responses a request allows. */

import { bytes, isUnfinished, title } from "../labels.js";
import { hitl, projects } from "../rest.js";

/** @import { RequestPublic } from "../api.d.ts" */
/** @import { Asked } from "./entry.js" */

/** @typedef {{ key: string, artifactId?: string, label: string, mediaType: string, text: string }} Amendable */

const CACHE_SIZE = 6;
/** @type {Map<string, Promise<RequestPublic>>} by the request's id */
const cache = new Map();

/**
 * The full request. May throw a Problem.
 * @param {string} id
 */
export function readRequest(id) {
  const found = cache.get(id) ?? hitl.get(id);
  cache.delete(id);
  cache.set(id, found);
  found.catch(() => cache.delete(id));
  const [oldest] = cache.keys();
  if (cache.size > CACHE_SIZE) cache.delete(oldest);
  return found;
}

/**
 * Remove a request from the cache, so that it is read again the next time.
 * @param {string} id
 */
export function forgetRequest(id) {
  cache.delete(id);
}

/**
 * The rounds of the same stage before this one, newest first, each with the response that ended it.
 * @param {RequestPublic} request
 * @param {AbortSignal} signal
 */
export async function earlierRounds(request, signal) {
  if (request.round === 1) return [];
  const all = await projects.requests(request.project_id, { signal });
  const before = all.filter(({ stage, created_at }) => stage === request.stage && created_at < request.created_at);
  const shown = before.reverse().slice(0, 5);
  return Promise.all(shown.map(({ request_id }) => hitl.get(request_id, { signal })));
}

export const FILES = "application/vnd.botarmy.files+json";
/** @param {string} type */
const isText = (type) => type.startsWith("text/") || type === FILES || type === "application/json";

/**
 * The artifacts that can be edited: those that are text, or the one that a failed step did not write.
 * @param {Asked} request
 * @returns {Amendable[]}
 */
export function amendable(request) {
  if (!isUnfinished(request)) {
    const asked = new Set(request.artifacts.map(({ artifact_id }) => artifact_id));
    const written = (request.contents ?? [])
      .filter((item) => asked.has(item.artifact_id) && item.encoding === "utf-8" && isText(item.media_type));
    return written.map((item) => ({
      key: item.artifact_id,
      artifactId: item.artifact_id,
      mediaType: item.media_type,
      text: item.content,
      label: `${title(item.type)}, version ${item.version}, ${bytes(item.size)}`,
    }));
  }
  if (!request.supplies || request.supplies === "deployment_package") return [];
  const mediaType = ["source_code", "acceptance_tests"].includes(request.supplies) ? FILES : "text/markdown";
  return [{ key: "new", label: title(request.supplies), mediaType, text: "" }];
}

/**
 * Whether the document can be edited, or supplied. Until the contents are read, that depends on the item of the list.
 * @param {Asked} request
 */
export function mayEdit(request) {
  if (request.contents) return amendable(request).length > 0;
  return !isUnfinished(request) || Boolean(request.supplies);
}

/**
 * The steps that a change request may send the work back to: the one that the review would choose, then the others, nearest
 * first.
 * @param {Asked} request
 */
export function redoChoices({ stage, redo_default = stage, redo_stages = [] }) {
  return [redo_default, ...redo_stages.filter((name) => name !== redo_default).reverse()];
}

/**
 * Whether a request may be approved. Approving a failed step tries it again, so a round has to be left.
 * @param {Asked} request
 */
export const mayApprove = (request) => request.reason !== "failed_step" || request.may_redo;

/**
 * Whether a request may be approved together with others. A review that needs a person is looked at by itself, and so is a
 * call of a tool; an exhausted budget needs an amount of its own.
 * @param {Asked} request
 */
export const mayApproveInBulk = (request) =>
  mayApprove(request) && !request.needs_person && !["budget", "tool_call"].includes(request.reason);
