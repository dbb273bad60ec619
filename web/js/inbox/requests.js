/** Reads whole requests: the one that is looked at, and the next one before anybody asks for it. */

import { bytes, title } from "../labels.js";
import { hitl, projects } from "../rest.js";

const KEPT = 6;
const known = new Map(); // request id -> promise of RequestPublic

/** The whole request. Throws a Problem. */
export function whole(id) {
  const found = known.get(id) ?? hitl.get(id);
  known.delete(id);
  known.set(id, found);
  found.catch(() => known.delete(id));
  if (known.size > KEPT) known.delete(known.keys().next().value);
  return found;
}

/** Read it anew the next time. */
export function forget(id) {
  known.delete(id);
}

/** The rounds of the same stage before this one, newest first, each with the response that ended it. */
export async function earlierRounds(request, signal) {
  if (request.round === 1) return [];
  const all = await projects.requests(request.project_id, { signal });
  const before = all.filter((one) => one.stage === request.stage && one.created_at < request.created_at);
  const shown = before.reverse().slice(0, 5);
  return Promise.all(shown.map((one) => hitl.get(one.request_id, { signal })));
}

export const FILES = "application/vnd.botarmy.files+json";
const textual = (type) => type.startsWith("text/") || type === FILES || type === "application/json";

/** A list of `{key, artifactId, label, mediaType, text}`: each artifact that is text, or what a failed step owes. */
export function amendable(request) {
  if (request.reason !== "failed_step") {
    const asked = new Set(request.artifacts.map((one) => one.artifact_id));
    const written = (request.contents ?? [])
      .filter((one) => asked.has(one.artifact_id) && one.encoding === "utf-8" && textual(one.media_type));
    return written.map((one) => ({
      key: one.artifact_id, artifactId: one.artifact_id, mediaType: one.media_type, text: one.content,
      label: `${title(one.type)}, version ${one.version}, ${bytes(one.size)}`,
    }));
  }
  if (!request.supplies || request.supplies === "deployment_package") return [];
  const mediaType = request.supplies === "source_code" ? FILES : "text/markdown";
  return [{ key: "new", label: title(request.supplies), mediaType, text: "" }];
}

/** Whether anything can be amended at all; before the contents are known, the list's item has to tell. */
export function mayAmend(request) {
  if (request.may_redo) return true;
  if (request.contents) return amendable(request).length > 0;
  return request.reason !== "failed_step" || Boolean(request.supplies);
}

/** Whether it may be approved: a step that failed is then tried again, for which a round has to be left. */
export const mayApprove = (request) => request.reason !== "failed_step" || request.may_redo;
