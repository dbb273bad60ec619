/** The one place that speaks REST. Every call gives the answer's JSON, and throws a Problem. */

const V1 = "/api/v1";

/** What the API says is wrong (RFC 9457), or that it cannot be reached at all (status 0). */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may succeed a little later. */
  get passing() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** What is wrong with one field of the body, or "". */
  about(field) {
    return (this.body.errors ?? []).filter((one) => one.field === field).map((one) => one.message).join("; ");
  }
}

const OFFLINE = { title: "Unreachable", detail: "BotArmy cannot be reached. Is it running, and are you connected?" };

async function call(method, path, { query, body, headers, signal } = {}) {
  const answer = await send(method, path, { query, body, headers, signal });
  return answer.status === 204 ? null : answer.json();
}

async function send(method, path, { query, body, headers = {}, signal } = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") url.searchParams.append(name, one);
    }
  }
  const given = { method, signal, headers: { Accept: "application/json", ...headers } };
  if (body !== undefined) {
    given.body = JSON.stringify(body);
    given.headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(url, given);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, OFFLINE);
  }
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({ title: answer.statusText }));
  // /health/ready alone says with 503 how things are, in its usual shape.
  throw new Problem(answer.status, said, Number(answer.headers.get("Retry-After")) || undefined);
}

const get = (path, options) => call("GET", path, options);
const post = (path, body, options) => call("POST", path, { body, ...options });

/** Every item of a list, part by part, up to `most`. */
async function whole(path, { query, signal, most = 2_000 } = {}) {
  const items = [];
  let cursor;
  do {
    const part = await get(path, { query: { limit: 200, ...query, cursor }, signal });
    items.push(...part.items);
    cursor = part.next_cursor;
  } while (cursor && items.length < most);
  return items;
}

export const projects = {
  list: (query, options) => get(`${V1}/projects/`, { query, ...options }),
  get: (id, options) => get(`${V1}/projects/${id}`, options),
  status: (id, options) => get(`${V1}/projects/${id}/status`, options),
  agents: (id, options) => get(`${V1}/projects/${id}/agents`, options),
  artifacts: (id, options) => whole(`${V1}/projects/${id}/artifacts`, options),
  requests: (id, options) => whole(`${V1}/hitl/project/${id}/requests`, options),
  events: (id, query, options) => get(`${V1}/projects/${id}/events`, { query, ...options }),
  workflow: (id, options) => get(`${V1}/workflows/${id}`, options),
  /** Sent again under the same key, it is the same project. */
  start: (body, key) => post(`${V1}/projects/`, body, { headers: { "Idempotency-Key": key } }),
  /** `what` is pause, resume, cancel, restart or end. */
  change: (id, what) => post(`${V1}/projects/${id}/${what}`),
  giveTask: (id, body, key) => post(`${V1}/projects/${id}/tasks`, body, { headers: { "Idempotency-Key": key } }),
  addContext: (id, body, key) => post(`${V1}/projects/${id}/artifacts`, body, { headers: { "Idempotency-Key": key } }),
  exportUrl: (id) => `${V1}/projects/${id}/export`,
};

export const artifacts = {
  get: (id, options) => get(`${V1}/artifacts/${id}`, options),
  diff: (id, against, options) => get(`${V1}/artifacts/${id}/diff`, { query: { against }, ...options }),
  files: (id, options) => get(`${V1}/artifacts/${id}/files`, options),
  /** The sanitised HTML of an artifact, or of one file of a set; only html.js may turn it into elements. */
  html: (id, file, options) =>
    send("GET", `${V1}/artifacts/${id}`, { query: { file }, headers: { Accept: "text/html" }, ...options }).then((answer) => answer.text()),
  contentUrl: (id, file) => `${V1}/artifacts/${id}/content${file ? `?file=${encodeURIComponent(file)}` : ""}`,
};

export const hitl = {
  pending: (options) => whole(`${V1}/hitl/pending`, options),
  get: (id, options) => get(`${V1}/hitl/${id}`, options),
  /** Sent again under the same `decision_id`, it is the same response. */
  respond: (id, response) => post(`${V1}/hitl/${id}/respond`, response),
};

export const tasks = {
  get: (id, options) => get(`${V1}/tasks/${id}`, options),
  /** `what` is restart or end. */
  change: (id, what) => post(`${V1}/tasks/${id}/${what}`),
};

export const catalogue = {
  pipelines: (options) => get(`${V1}/pipelines/`, options),
  pipeline: (name, options) => get(`${V1}/pipelines/${encodeURIComponent(name)}`, options),
  agents: (options) => get(`${V1}/agents/`, options),
};

export const health = (options) => get("/health/detailed", options);
