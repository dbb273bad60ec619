import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { artifacts, catalogue, hitl, isTemporary, Problem, projects, tasks } from "../../../web/js/rest.js";

/** @type {{ method: string, path: string, headers: Record<string, string>, body: unknown }[]} */
let sent = [];
/** @type {(path: string) => Response} */
let answer = () => Response.json({});

globalThis.fetch = (/** @type {any} */ input, /** @type {any} */ init) => {
  const { pathname, search } = new URL(String(input));
  const headers = /** @type {Record<string, string>} */ (init?.headers);
  const body = init?.body === undefined ? null : JSON.parse(String(init.body));
  sent.push({ method: String(init?.method), path: pathname + search, headers, body });
  return new Promise((resolve) => resolve(answer(pathname + search)));
};
Object.defineProperty(globalThis, "location", { value: new URL("http://localhost/"), configurable: true });

beforeEach(() => {
  sent = [];
  answer = () => Response.json({});
});

/**
 * @param {number[]} items
 * @param {string | null} next_cursor
 */
const page = (items, next_cursor) => ({ items, next_cursor });

const requests = () => sent.map(({ method, path }) => `${method} ${path}`);

test("a query leaves out what is not set, and repeats the name of a list", async () => {
  await projects.list({ status: ["active", "waiting"], search: "", cursor: null, limit: 50 });
  await artifacts.diff("a", undefined);
  assert.deepEqual(requests(), [
    "GET /api/v1/projects/?status=active&status=waiting&limit=50",
    "GET /api/v1/artifacts/a/diff",
  ]);
});

test("what starts something is sent with a key, and what may be repeated without", async () => {
  const task = { agent_type: "analyst", instructions: "List the risks.", context_ids: [] };
  await projects.giveTask("p", task, "key");
  await tasks.change("t", "restart");
  assert.deepEqual(requests(), ["POST /api/v1/projects/p/tasks", "POST /api/v1/tasks/t/restart"]);
  const [given, restarted] = sent;
  assert.deepEqual([given.body, given.headers["Idempotency-Key"]], [task, "key"]);
  assert.deepEqual([restarted.body, restarted.headers["Idempotency-Key"]], [null, undefined]);
});

test("names become part of an address safely", async () => {
  await catalogue.pipeline("a/b?c");
  assert.deepEqual(requests(), ["GET /api/v1/pipelines/a%2Fb%3Fc"]);
  assert.equal(artifacts.contentUrl("a"), "/api/v1/artifacts/a/content");
  assert.equal(artifacts.contentUrl("a", "src/a&b.py"), "/api/v1/artifacts/a/content?file=src%2Fa%26b.py");
});

test("a list is read to its end", async () => {
  answer = (path) => Response.json(path.includes("cursor=2") ? page([3], null) : page([1, 2], "2"));
  assert.deepEqual(await hitl.pending(), [1, 2, 3]);
  assert.deepEqual(requests(), ["GET /api/v1/hitl/pending?limit=200", "GET /api/v1/hitl/pending?limit=200&cursor=2"]);
});

test("an artifact's HTML is asked for as such, and is a text", async () => {
  answer = () => new Response("<p>Hello</p>");
  assert.equal(await artifacts.html("a", "README.md"), "<p>Hello</p>");
  assert.deepEqual([requests()[0], sent[0].headers.Accept], ["GET /api/v1/artifacts/a?file=README.md", "text/html"]);
});

/** @param {() => Response} given */
async function problemOf(given) {
  answer = given;
  const error = await projects.get("p").catch((problem) => problem);
  assert.ok(error instanceof Problem);
  return error;
}

test("an error of the API is a problem that says what is wrong with each field", async () => {
  const errors = ["is blank", "is short"].map((message) => ({ in: "body", field: "name", message }));
  const problem = await problemOf(() => Response.json({ detail: "name: is blank", errors }, { status: 422 }));
  assert.deepEqual([problem.status, problem.message, isTemporary(problem)], [422, "name: is blank", false]);
  assert.deepEqual([problem.about("name"), problem.about("model")], ["is blank; is short", ""]);
});

test("a server that is unavailable or cannot be reached may be asked again", async () => {
  const unavailable = await problemOf(() => new Response("busy", { status: 503, headers: { "Retry-After": "7" } }));
  assert.deepEqual([unavailable.retryAfter, isTemporary(unavailable)], [7, true]);
  const unreachable = await problemOf(() => {
    throw new TypeError("connection refused");
  });
  assert.deepEqual([unreachable.status, isTemporary(unreachable)], [0, true]);
  assert.match(unreachable.message, /Cannot reach BotArmy/);
});
