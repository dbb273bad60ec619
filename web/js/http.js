/** HTTP requests to the API: JSON bodies, errors as problems (RFC 9457), lists in pages. */

import { isUsed } from "./presence.js";

/** @import { DecisionPublic, ProblemField, RequestItem } from "./api.d.ts" */

/**
 * @typedef {Record<string, string | number | string[] | null | undefined>} Query
 * @typedef {{ signal?: AbortSignal, responded?: (response: Response) => void }} Options `responded` gets each response
 * @typedef {Options & { query?: Query, body?: object, headers?: Record<string, string> }} Request
 */

/**
 * @typedef {object} ProblemBody what an error response may hold
 * @property {string} [title]
 * @property {string} [code] what is wrong, for programs
 * @property {string} [detail]
 * @property {ProblemField[]} [errors]
 * @property {RequestItem} [request] in a conflict about a HITL request: its current state
 * @property {DecisionPublic | null} [decision] in the same conflict: the decision that was applied
 */

/**
 * @template T
 * @typedef {{ items: T[], next_cursor: string | null }} Page
 */

/** An error of the API (RFC 9457); status 0 if it cannot be reached. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {ProblemBody} body
   * @param {number} [retryAfter] seconds
   */
  constructor(status, body, retryAfter) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.body = body;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed a little later. */
  get temporary() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /**
   * What is wrong with one field of the body, or "".
   * @param {string} field
   */
  about(field) {
    return (this.body.errors ?? []).filter((error) => error.field === field).map(({ message }) => message).join("; ");
  }
}

/**
 * Whether the same request may succeed a little later.
 * @param {unknown} error
 */
export const isTemporary = (error) => error instanceof Problem && error.temporary;

const OFFLINE = { title: "Unreachable", detail: "Cannot reach BotArmy. Is it running, and are you connected?" };

/** Shows that this page sends a request, which a form or a link on another page cannot, and whether for a person. */
const mark = () => ({ "X-BotArmy-Request": isUsed() ? "1" : "background" });

/**
 * @template T
 * @param {string} method
 * @param {string} path
 * @param {Request} [request]
 * @returns {Promise<T>}
 */
async function call(method, path, request) {
  const response = await send(method, path, request);
  request?.responded?.(response);
  return response.json();
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Request} [request]
 */
export async function send(method, path, { query, body, headers = {}, signal } = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null && item !== "") url.searchParams.append(name, String(item));
    }
  }
  /** @type {RequestInit & { headers: Record<string, string> }} */
  const init = { method, signal, headers: { Accept: "application/json", ...mark(), ...headers } };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers["Content-Type"] = "application/json";
  }
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, OFFLINE);
  }
  if (response.ok) return response;
  if (response.status === 401) dispatchEvent(new Event("signedout"));
  const problem = await response.json().catch(() => ({ title: response.statusText }));
  throw new Problem(response.status, problem, Number(response.headers.get("Retry-After")) || undefined);
}

/**
 * @template T
 * @param {string} path
 * @param {Request} [request]
 * @returns {Promise<T>}
 */
export const get = (path, request) => call("GET", path, request);

/**
 * @template T
 * @param {string} path
 * @param {object} [body]
 * @param {string} [key] makes the request idempotent
 * @returns {Promise<T>}
 */
export const post = (path, body, key) => call("POST", path, { body, headers: key ? { "Idempotency-Key": key } : {} });

/**
 * @template T
 * @param {string} path
 * @param {object} body
 * @returns {Promise<T>}
 */
export const patch = (path, body) => call("PATCH", path, { body });

const MAX_ITEMS = 2_000;

/**
 * Every item of a list, page by page, up to MAX_ITEMS.
 * @template T
 * @param {string} path
 * @param {Options} [options]
 */
export async function all(path, options = {}) {
  /** @type {T[]} */
  const items = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    /** @type {Page<T>} */
    const page = await get(path, { ...options, query: { limit: 200, cursor } });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < MAX_ITEMS);
  return items;
}
