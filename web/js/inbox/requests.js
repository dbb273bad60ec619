/** Whole requests, kept for a while so that the next one can be read in advance; and which responses a request allows. */

import { bytes, title } from "../labels.js";
import { hitl, projects } from "../rest.js";

/** @import { RequestPublic } from "../api.d.ts" */
/** @import { Asked } from "./entry.js" */

/** @typedef {{ key: string, artifactId?: string, label: string, mediaType: string, text: string }} Amendable */

const KEPT = 6;
/** @type {Map<string, Promise<RequestPublic>>} by the request's id */
const known = new Map();

/**
 * The whole request. Throws a Problem.
 * @param {string} id
 */
export function readRequest(id) {
  const found = known.get(id) ?? hitl.get(id);
  known.delete(id);
  known.set(id, found);
  found.catch(() => known.delete(id));
  const [oldest] = known.keys();
  if (known.size > KEPT) known.delete(oldest);
  return found;
}

/**
 * Read it again the next time.
 * @param {string} id
 */
export function forgetRequest(id) {
  known.delete(id);
}

/**
 * The rounds of the same stage before this one, newest first, each with the response that ended it.
 * @param {RequestPublic} request
 * @param {AbortSignal} signal
 */
export async function earlierRounds(request, signal) {
  if (request.round === 1) return [];
  const all = await projects.requests(request.project_id, { signal });
  const before = all.filter((one) => one.stage === request.stage && one.created_at < request.created_at);
  const shown = before.reverse().slice(0, 5);
  return Promise.all(shown.map((one) => hitl.get(one.request_id, { signal })));
}

export const FILES = "application/vnd.botarmy.files+json";
/** @param {string} type */
const textual = (type) => type.startsWith("text/") || type === FILES || type === "application/json";

/**
 * Each artifact that is text, or what a failed step owes.
 * @param {Asked} request
 * @returns {Amendable[]}
 */
export function amendable(request) {
  if (request.reason !== "failed_step") {
    const asked = new Set(request.artifacts.map((one) => one.artifact_id));
    const written = (request.contents ?? [])
      .filter((one) => asked.has(one.artifact_id) && one.encoding === "utf-8" && textual(one.media_type));
    return written.map((one) => ({
      key: one.artifact_id,
      artifactId: one.artifact_id,
      mediaType: one.media_type,
      text: one.content,
      label: `${title(one.type)}, version ${one.version}, ${bytes(one.size)}`,
    }));
  }
  if (!request.supplies || request.supplies === "deployment_package") return [];
  const mediaType = request.supplies === "source_code" ? FILES : "text/markdown";
  return [{ key: "new", label: title(request.supplies), mediaType, text: "" }];
}

/**
 * Whether anything can be amended; before the contents are known, the list's item decides.
 * @param {Asked} request
 */
export function mayAmend(request) {
  if (request.may_redo) return true;
  if (request.contents) return amendable(request).length > 0;
  return request.reason !== "failed_step" || Boolean(request.supplies);
}

/**
 * Whether it may be approved: a step that failed is then tried again, for which a round has to be left.
 * @param {Asked} request
 */
export const mayApprove = (request) => request.reason !== "failed_step" || request.may_redo;
