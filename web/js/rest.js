/** The endpoints of the API that the page uses. Other modules send requests only through these. */

import { all, get, patch, post, send } from "./http.js";

/**
 * @import {
 *   AgentPublic, ArtifactCreate, ArtifactItem, ArtifactPublic, ContextCreate, ContextPublic, ContextWithdraw, DetailedHealth, DiffPublic,
 *   Event, ExtensionAnswer, ExtensionCreate, FilePublic, PendingRequest, Pipeline, PipelineEstimate, PipelineItem, ProjectBudgets,
 *   ProjectCreate, ProjectDecision, ProjectItem,
 *   ProjectOverview, ProjectProgress, ProjectPublic, ProviderPublic, ReleaseCreate, RequestItem, RequestPublic, ResponseAnswer,
 *   ProjectCounts, ProjectRetry, ProjectUpdate, ResponseCreate, RetryChoices, RetryCreate, StopCreate, StopPublic, TaskCreate, TaskDetail, TaskSubmitted, TranscriptPublic, WorkflowPublic,
 * } from "./api.d.ts"
 */

/** @import { Options, Page, Query } from "./http.js" */

export { isTemporary, Problem } from "./http.js";

const V1 = "/api/v1";

export const projects = {
  /** @type {(query: Query, options?: Options) => Promise<Page<ProjectItem>>} */
  list: (query, options) => get(`${V1}/projects/`, { query, ...options }),
  /** @type {(id: string, options?: Options) => Promise<ProjectDecision[]>} */
  decisions: (id, options) => all(`${V1}/projects/${id}/decisions`, options),
  /** @type {(id: string, options?: Options) => Promise<ProjectPublic>} */
  get: (id, options) => get(`${V1}/projects/${id}`, options),
  /** @type {(id: string, options?: Options) => Promise<ProjectOverview>} */
  overview: (id, options) => get(`${V1}/projects/${id}/overview`, options),
  /** @type {(id: string, options?: Options) => Promise<ProjectProgress>} */
  status: (id, options) => get(`${V1}/projects/${id}/status`, options),
  /** @type {(id: string, options?: Options, first?: Page<ArtifactItem>) => Promise<ArtifactItem[]>} */
  artifacts: (id, options, first) => all(`${V1}/projects/${id}/artifacts`, options, first),
  /** @type {(id: string, options?: Options, first?: Page<RequestItem>) => Promise<RequestItem[]>} */
  requests: (id, options, first) => all(`${V1}/hitl/project/${id}/requests`, options, first),
  /** @type {(id: string, query: Query, options?: Options) => Promise<Page<Event> & { head: number }>} */
  events: (id, query, options) => get(`${V1}/projects/${id}/events`, { query, ...options }),
  /** @type {(id: string, options?: Options) => Promise<ProjectBudgets>} */
  budget: (id, options) => get(`${V1}/projects/${id}/budget`, options),
  /** @type {(id: string, options?: Options) => Promise<WorkflowPublic>} */
  workflow: (id, options) => get(`${V1}/workflows/${id}`, options),
  /** @type {(body: ProjectCreate, key: string) => Promise<ProjectPublic>} */
  start: (body, key) => post(`${V1}/projects/`, body, key),
  /** @type {(id: string, what: "pause" | "resume" | "cancel" | "restart" | "end") => Promise<unknown>} */
  change: (id, what) => post(`${V1}/projects/${id}/${what}`),
  /** @type {(id: string, options?: Options) => Promise<RetryChoices>} */
  retryChoices: (id, options) => get(`${V1}/projects/${id}/retry`, options),
  /** @type {(id: string, body: RetryCreate, key: string) => Promise<ProjectRetry>} */
  retry: (id, body, key) => post(`${V1}/projects/${id}/retry`, body, key),
  /** @type {(id: string, body: Partial<ProjectUpdate>) => Promise<ProjectItem>} */
  update: (id, body) => patch(`${V1}/projects/${id}`, body),
  /** @type {(id: string) => Promise<unknown>} */
  forget: (id) => send("DELETE", `${V1}/projects/${id}`),
  /** @type {(query: { search: string, owner: string, tag: string }, options?: Options) => Promise<ProjectCounts>} */
  counts: (query, options) => get(`${V1}/project-counts`, { ...options, query }),
  /** @type {(id: string, body: TaskCreate, key: string) => Promise<TaskSubmitted>} */
  giveTask: (id, body, key) => post(`${V1}/projects/${id}/tasks`, body, key),
  /** @type {(id: string, body: ArtifactCreate, key: string) => Promise<ArtifactPublic>} */
  addContext: (id, body, key) => post(`${V1}/projects/${id}/artifacts`, body, key),
  /** @type {(id: string, body: ContextCreate) => Promise<ContextPublic>} */
  give: (id, body) => post(`${V1}/projects/${id}/context`, body),
  /** @type {(id: string, options?: Options) => Promise<Page<ContextPublic>>} */
  given: (id, options) => get(`${V1}/projects/${id}/context`, options),
  /** @type {(id: string, contextId: string, body: ContextWithdraw) => Promise<ContextPublic>} */
  withdraw: (id, contextId, body) => post(`${V1}/projects/${id}/context/${contextId}/withdraw`, body),
  /** @param {string} id */
  exportUrl: (id) => `${V1}/projects/${id}/export`,
};

export const artifacts = {
  /** @type {(id: string, options?: Options) => Promise<ArtifactPublic>} */
  get: (id, options) => get(`${V1}/artifacts/${id}`, options),
  /** @type {(id: string, against: string | undefined, options?: Options) => Promise<DiffPublic>} */
  diff: (id, against, options) => get(`${V1}/artifacts/${id}/diff`, { query: { against }, ...options }),
  /** @type {(id: string, options?: Options) => Promise<Page<FilePublic>>} */
  files: (id, options) => get(`${V1}/artifacts/${id}/files`, options),
  /**
   * The sanitised HTML of an artifact, or of one file of a set; only html.js may turn it into elements.
   * @type {(id: string, file: string | undefined, options?: Options) => Promise<string>}
   */
  html: async (id, file, options) => {
    const request = { query: { file }, headers: { Accept: "text/html" }, ...options };
    return (await send("GET", `${V1}/artifacts/${id}`, request)).text();
  },
  /** @type {(id: string, options?: Options) => Promise<string>} */
  text: async (id, options) => (await send("GET", artifacts.contentUrl(id), options)).text(),
  /** @type {(id: string, file?: string) => string} */
  contentUrl: (id, file) => `${V1}/artifacts/${id}/content${file ? `?file=${encodeURIComponent(file)}` : ""}`,
};

export const hitl = {
  /** @type {(options?: Options) => Promise<PendingRequest[]>} */
  pending: (options) => all(`${V1}/hitl/pending`, options),
  /** @type {(id: string, options?: Options) => Promise<RequestPublic>} */
  get: (id, options) => get(`${V1}/hitl/${id}`, options),
  /**
   * Idempotent under the same `decision_id`.
   * @type {(id: string, response: ResponseCreate) => Promise<ResponseAnswer>}
   */
  respond: (id, response) => post(`${V1}/hitl/${id}/respond`, response),
  /**
   * Idempotent under the same `extension_id`.
   * @type {(id: string, extension: ExtensionCreate) => Promise<ExtensionAnswer>}
   */
  extend: async (id, extension) => (await send("PATCH", `${V1}/hitl/${id}`, { body: extension })).json(),
};

export const tasks = {
  /** @type {(id: string, options?: Options) => Promise<TaskDetail>} */
  get: (id, options) => get(`${V1}/tasks/${id}`, options),
  /** @type {(id: string, query: Query, options?: Options) => Promise<TranscriptPublic>} */
  transcript: (id, query, options) => get(`${V1}/tasks/${id}/transcript`, { query, ...options }),
  /** @type {(id: string, what: "restart" | "end") => Promise<unknown>} */
  change: (id, what) => post(`${V1}/tasks/${id}/${what}`),
};

export const stops = {
  /** @type {(options?: Options) => Promise<Page<StopPublic>>} */
  held: (options) => get(`${V1}/stops/`, { query: { held: "true", limit: 200 }, ...options }),
  /** @type {(body: StopCreate) => Promise<StopPublic>} */
  create: (body) => post(`${V1}/stops/`, body),
  /** @type {(id: string, body: ReleaseCreate) => Promise<StopPublic>} */
  release: (id, body) => post(`${V1}/stops/${id}/release`, body),
};

export const catalogue = {
  /** @type {(options?: Options) => Promise<Page<PipelineItem>>} */
  pipelines: (options) => get(`${V1}/pipelines/`, options),
  /** @type {(name: string, options?: Options) => Promise<Pipeline>} */
  pipeline: (name, options) => get(`${V1}/pipelines/${encodeURIComponent(name)}`, options),
  /** @type {(name: string, model: string, options?: Options) => Promise<PipelineEstimate>} */
  estimate: (name, model, options) =>
    get(
      `${V1}/pipelines/${encodeURIComponent(name)}/estimate${model && `?model=${encodeURIComponent(model)}`}`,
      options,
    ),
  /** @type {(options?: Options) => Promise<Page<AgentPublic>>} */
  agents: (options) => get(`${V1}/agents/`, options),
  /** @type {(options?: Options) => Promise<Page<ProviderPublic>>} */
  providers: (options) => get(`${V1}/providers/`, options),
};

/** @type {(options?: Options) => Promise<DetailedHealth>} */
export const health = (options) => get("/health/detailed", options);
