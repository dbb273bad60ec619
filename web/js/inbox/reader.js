/** Reads whole requests: the one that is looked at, and the next one before anybody asks for it. */

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
