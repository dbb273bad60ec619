import assert from "node:assert/strict";
import { test } from "node:test";
import {
  amountOf,
  askedModel,
  budgetInWords,
  budgetProblem,
  dollars,
  estimateInWords,
  fallbacksInWords,
  modelInWords,
  shortageInWords,
  spentInWords,
  totalSpent,
} from "../../../web/js/usage.js";

const AMOUNT = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };
const NONE = { ...AMOUNT, asked_for: null, fallbacks: null, prompt_version: null, framework: null, settings: null };
const REHEARSAL = { ...NONE, model: "rehearsal" };
const PAID = { ...NONE, model: "gpt-5-2025-08-07", input_tokens: 1200, output_tokens: 34, cost_usd: 0.5 };
const LOCAL = { ...NONE, model: "qwen", asked_for: "openai:qwen" };

test("a rehearsal asks no model, and a local model may cost nothing", () => {
  assert.equal(askedModel(null), false);
  assert.equal(askedModel(REHEARSAL), false);
  assert.equal(askedModel(PAID), true);
  assert.equal(askedModel(LOCAL), true);
});

test("projects cost what those that asked a model have spent together", () => {
  const nothing = { usd: 0, tokens: 0, seconds: 0 };
  assert.equal(totalSpent([]), null);
  assert.equal(totalSpent([{ spent: nothing }, { spent: { ...nothing, seconds: 3 } }]), null);
  const total = totalSpent([{ spent: { usd: 1.5, tokens: 2000, seconds: 9 } }, { spent: nothing }, {
    spent: { usd: 0, tokens: 300, seconds: 1 },
  }]);
  assert.deepEqual(total, { usd: 1.5, tokens: 2300 });
  assert.equal(total && spentInWords(total), "$1.50, 2,300 tokens");
});

test("a cost under a cent has the digits that the terminal and the budgets show, too", () => {
  assert.deepEqual([12, 0.424, 0.01, 0.0042, 0.00031, 1e-12, 0].map(dollars), [
    "$12.00",
    "$0.42",
    "$0.01",
    "$0.0042",
    "$0.0003",
    "$0.000000000001",
    "$0",
  ]);
});

test("each model that failed is named with its reason and the one that was asked instead", () => {
  const fallback = { failed: "openai:a", reason: "Its server failed.", asked_instead: "openai:b" };
  assert.deepEqual(fallbacksInWords({ ...PAID, fallbacks: [fallback] }), [
    "openai:a failed: Its server failed. openai:b was asked.",
  ]);
  assert.deepEqual(fallbacksInWords(PAID), []);
});

test("the model that answered is named if another one was asked", () => {
  assert.equal(modelInWords({ ...PAID, asked_for: "openai:gpt-5" }), "openai:gpt-5, answered by gpt-5-2025-08-07");
  assert.equal(modelInWords(LOCAL), "openai:qwen");
  assert.equal(modelInWords(PAID), "gpt-5-2025-08-07");
});

test("a budget is said in each of its units, and none if nothing is limited", () => {
  const spent = { usd: 1.2, tokens: 310_000, seconds: 59.7 };
  assert.equal(budgetInWords({ limits: { usd: 2, tokens: null, seconds: null }, spent }), "1.20 of 2.00 USD");
  assert.equal(
    budgetInWords({ limits: { usd: null, tokens: 500_000, seconds: 7200 }, spent }),
    "310,000 of 500,000 tokens, 0:01:00 of 2:00:00 h",
  );
  assert.equal(budgetInWords({ limits: { usd: null, tokens: null, seconds: null }, spent }), null);
  assert.equal(amountOf("seconds", 3725), "1:02:05 h");
  assert.deepEqual([0, 1.234, 0.012, 0.006, 0.0004, 0.000001].map((usd) => amountOf("usd", usd)), [
    "0.00 USD",
    "1.23 USD",
    "0.01 USD",
    "0.0060 USD",
    "0.0004 USD",
    "0.000001 USD",
  ]);
});

test("a budget is written as amounts with units", () => {
  for (const right of ["", "2", "2usd", "0.5 USD, 500ktok", "2usd,1.5mtok,90m"]) assert.equal(budgetProblem(right), "");
  for (const wrong of ["2eur", "-1usd", "0usd", "usd", "2usd,", "2usd;3h"]) {
    assert.match(budgetProblem(wrong), /such as 2usd/, wrong);
  }
});

test("a budget that was raised meanwhile is said to be", () => {
  const asked = {
    kind: /** @type {const} */ ("day"),
    scope: "day:2026-11-28",
    unit: /** @type {const} */ ("usd"),
    spent: 0.4,
    reserved: 0,
    limit: 0.5,
    needs: 1,
    raised: 0,
    once: null,
  };
  assert.equal(shortageInWords(asked, asked), "0.40 USD of 0.50 USD are spent now.");
  assert.equal(
    shortageInWords(asked, { ...asked, spent: 1.3, limit: 20.5, raised: 20 }),
    "The budget has been raised to 20.50 USD meanwhile. 1.30 USD of 20.50 USD are spent now. " +
      "Leave the amount empty to continue without a further raise.",
  );
});

test("an estimate has the median and the range, and none without enough projects", () => {
  const earlier = {
    pipeline: "quick-start",
    model: null,
    projects: 12,
    cost_usd: { median: 0.42, least: 0.2, most: 1.35 },
    working_seconds: { median: 310.4, least: 180, most: 900 },
  };
  assert.equal(
    estimateInWords({ ...earlier, model: "openai:gpt-5" }),
    "12 earlier projects of this pipeline with openai:gpt-5: $0.42 ($0.20 to $1.35), 0:05:10 h of work (0:03:00 h to 0:15:00 h).",
  );
  assert.match(estimateInWords(earlier) ?? "", /^12 earlier projects of this pipeline with any model: /);
  assert.equal(estimateInWords({ ...earlier, projects: 2, cost_usd: null, working_seconds: null }), null);
});
