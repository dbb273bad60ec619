/** Reads whole requests: the one that is looked at, and the next one before anybody asks for it. */

import { artifacts, hitl, projects } from "../rest.js";

const KEPT = 6;
const known = new Map(); // request id -> promise of RequestPublic

/** The whole request, its contents with `previous_id`. Throws a Problem. */
export function whole(id) {
  const found = known.get(id) ?? read(id);
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

async function read(id) {
  const request = await hitl.get(id);
  const contents = await Promise.all(request.contents.map(async (one) => {
    if (one.version === 1 || one.previous_id !== undefined) return one;
    return { ...one, previous_id: (await artifacts.get(one.artifact_id)).previous_id };
  }));
  return { ...request, contents };
}

/** The rounds of the same stage before this one, newest first, each with the response that ended it. */
export async function earlierRounds(request, signal) {
  if (request.round === 1) return [];
  const all = await projects.requests(request.project_id, { signal });
  const before = all.filter((one) => one.stage === request.stage && one.request_id !== request.request_id && one.created_at < request.created_at);
  const shown = before.reverse().slice(0, 5);
  return Promise.all(shown.map((one) => hitl.get(one.request_id, { signal })));
}
