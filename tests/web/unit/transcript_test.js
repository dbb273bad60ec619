import assert from "node:assert/strict";
import { test } from "node:test";
import { pieces } from "../../../web/js/text.js";
import {
  argumentTexts,
  callInBrief,
  merged,
  nextQuery,
  NOTHING,
  PAGE,
  sumsInWords,
  turnInWords,
} from "../../../web/js/transcript/pages.js";

/** @import { TranscriptPublic, TurnPublic } from "../../../web/js/api.d.ts" */

/**
 * A turn of an attempt.
 * @param {number} number
 * @param {string} attempt
 * @returns {TurnPublic}
 */
const turn = (number, attempt = "1st") => ({
  number,
  at: `${attempt} ${number}`,
  asked_for: "openai:gpt-5",
  model: "gpt-5",
  text: "",
  thinking: "",
  calls: [],
  remark: null,
  discarded: null,
  asked_instead: null,
  finish_reason: "stop",
  input_tokens: 5120,
  output_tokens: 310,
  cached_tokens: 4000,
  cost_usd: 0.0095,
  seconds: 8.4,
});

/**
 * The server's answer to a query.
 * @param {TurnPublic[]} all
 * @param {{ after: number, limit: number }} query
 * @returns {TranscriptPublic}
 */
const answer = (all, { after, limit }) => ({
  task_id: "1",
  prompt: after ? null : { version: "coder@1", system: "", task: "", tools: [] },
  turns: all.slice(after, after + limit),
  turn_count: all.length,
  discarded_count: all.filter((each) => each.discarded).length,
  input_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
  model_seconds: 0,
  tool_seconds: 0,
});

/** @param {number} count */
const turns = (count, attempt = "1st") => Array.from({ length: count }, (_, index) => turn(index + 1, attempt));

test("a transcript is read in pages, and each turn once", () => {
  const all = turns(45);
  let known = NOTHING;
  let requests = 0;
  for (; known.turns.length < all.length; requests += 1) {
    const query = nextQuery(known, all.length, known.turns.length > 0);
    assert.ok(query.limit <= PAGE);
    known = merged(known, answer(all, query), query.after) ?? assert.fail("it is known to be stale");
  }
  assert.deepEqual(known.turns, all);
  assert.equal(known.prompt?.version, "coder@1");
  assert.equal(requests, 3);
});

test("a reader who has seen the newest turn gets the next ones, another one only what is shown", () => {
  const seen = { ...NOTHING, turns: turns(30) };
  assert.deepEqual(nextQuery(seen, 30, false), { after: 29, limit: PAGE });
  assert.deepEqual(nextQuery(seen, 40, false), { after: 29, limit: 1 });
  assert.deepEqual(nextQuery(seen, 40, true), { after: 30, limit: PAGE });
  assert.deepEqual(nextQuery(NOTHING, 0, false), { after: 0, limit: PAGE });
});

test("the newest turn is replaced by what it has become", () => {
  const known = { ...NOTHING, turns: turns(3) };
  const now = [...turns(2), { ...turn(3), remark: "Call a tool." }, turn(4)];
  assert.deepEqual(merged(known, answer(now, { after: 2, limit: 21 }), 2)?.turns, now);
});

test("a step that asks again from an earlier turn is read from the start", () => {
  const known = { ...NOTHING, turns: turns(5) };
  const shorter = turns(3);
  const replaced = [...turns(3), ...turns(9, "2nd").slice(3)];
  for (const all of [shorter, replaced]) {
    assert.equal(merged(known, answer(all, { after: 4, limit: 21 }), 4), null);
  }
  assert.equal(merged(known, answer(shorter, { after: 5, limit: 20 }), 5), null);
  assert.deepEqual(merged(known, answer(turns(5), { after: 5, limit: 20 }), 5)?.turns, turns(5));
});

test("turns that were discarded are read again, unless they are just read", () => {
  const known = { ...NOTHING, turns: turns(5) };
  /** @param {number[]} numbers */
  const without = (...numbers) =>
    turns(6).map((each) => numbers.includes(each.number) ? { ...each, discarded: "It was cut off." } : each);
  const query = { after: 4, limit: 21 };
  assert.deepEqual(merged(known, answer(without(5), query), 4), {
    prompt: null,
    turns: without(5),
    discarded_count: 1,
  });
  assert.equal(merged(known, answer(without(3, 5), query), 4), null);
  const again = merged(NOTHING, answer(without(3, 5), { after: 0, limit: 21 }), 0) ?? assert.fail("it was just read");
  assert.deepEqual(merged(again, answer(without(3, 5), query), 4), again);
});

test("tokens, cost and time are said", () => {
  assert.equal(turnInWords(turn(1)), "8.4 s, $0.0095, 5,120 tokens in (4,000 of them cached), 310 out");
  const sums = {
    ...answer([], { after: 0, limit: 1 }),
    turn_count: 1,
    input_tokens: 7,
    cost_usd: 2,
    model_seconds: 61,
  };
  assert.equal(sumsInWords(sums), "1 turn, $2.00, 7 tokens; the model took 1 min 1 s, its tools 0 ms");
  assert.match(sumsInWords({ ...sums, turn_count: 0 }), /has not responded/);
});

/** @param {Record<string, unknown> | string} given */
const call = (given) => ({ tool: "write_file", arguments: given, result: null, ok: null, seconds: null });

test("a call is known by its first short argument", () => {
  assert.equal(callInBrief(call({ content: "a\nb", path: "app/store.py" })), "app/store.py");
  assert.equal(callInBrief(call({ path: "x".repeat(100) })), `${"x".repeat(80)}…`);
  assert.equal(callInBrief(call({ depth: 3 })), "");
  assert.equal(callInBrief(call("no JSON")), "");
});

test("each argument is a text of its own, unless they are very many", () => {
  assert.deepEqual(argumentTexts(call({ path: "a.py", lines: [1, 2] })), [["path", "a.py"], [
    "lines",
    "[\n  1,\n  2\n]",
  ]]);
  assert.deepEqual(argumentTexts(call("{broken")), [["arguments", "{broken"]]);
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key${index}`, 1]));
  assert.equal(argumentTexts(call(many)).length, 1);
});

test("a long text is split at line ends, and never inside a character", () => {
  for (const text of ["x".repeat(50_001), "line\n".repeat(20_000), "😀".repeat(25_001), ""]) {
    const parts = [...pieces(text)];
    assert.equal(parts.join(""), text);
    assert.ok(parts.every((part) => part.length <= 20_000 && part.isWellFormed()));
  }
});
