import assert from "node:assert/strict";
import { test } from "node:test";
import {
  crewBody,
  crewInWords,
  modelOf,
  modelProblem,
  modelsOf,
  stageModelInWords,
  summaryOf,
} from "../../../web/js/crew.js";

/** @import { ProviderPublic, Role, Stage } from "../../../web/js/api.d.ts" */

/**
 * @param {string} name
 * @param {string} agent
 * @param {string | null} model
 */
const stage = (
  name,
  agent,
  model = null,
) => /** @type {Stage} */ (/** @type {unknown} */ ({ name, agent, model, produces: [`${name}_output`] }));

const ROLE = /** @type {Role} */ (/** @type {unknown} */ ({ name: "reviewer", model: "anthropic:claude-sonnet-4-5" }));
const STAGES = [stage("plan", "analyst"), stage("review", "reviewer"), stage("build", "coder", "openai:gpt-5-codex")];
const PROJECT = {
  crew: "models",
  is_rehearsal: false,
  model: /** @type {string | null} */ ("openai:gpt-5"),
  pipeline_definition: { name: "mixed", description: "", roles: [ROLE], budget: null, artifacts: [], stages: STAGES },
};

test("a stage's own model comes before its role's, and that before the project's", () => {
  assert.deepEqual(STAGES.map((each) => modelOf(each, PROJECT)), [
    { model: "openai:gpt-5", from: "project" },
    { model: "anthropic:claude-sonnet-4-5", from: "role" },
    { model: "openai:gpt-5-codex", from: "stage" },
  ]);
  assert.equal(crewInWords(PROJECT), "openai:gpt-5, anthropic:claude-sonnet-4-5, openai:gpt-5-codex");
  assert.deepEqual(modelsOf(PROJECT, "coder"), ["openai:gpt-5-codex"]);
  assert.equal(stageModelInWords(STAGES[1], PROJECT), "anthropic:claude-sonnet-4-5, named by its role");
});

test("a rehearsal asks no model, whatever the pipeline names", () => {
  const rehearsal = { ...PROJECT, crew: "rehearsal", is_rehearsal: true, model: null };
  assert.equal(crewInWords(rehearsal), "Rehearsal: no model is asked");
  assert.deepEqual(modelsOf(rehearsal), []);
  assert.equal(stageModelInWords(STAGES[0], rehearsal), "None: this project is a rehearsal.");
  assert.match(stageModelInWords(STAGES[2], rehearsal), /^None: .* names openai:gpt-5-codex\.$/);
});

test("a crew of another package chooses its models itself, and does not rehearse", () => {
  const other = { ...PROJECT, crew: "acme", model: null };
  other.pipeline_definition = { ...PROJECT.pipeline_definition, roles: [], stages: [STAGES[0]] };
  assert.equal(crewInWords(other), "acme");
  assert.equal(stageModelInWords(STAGES[0], other), "chosen by the crew acme");
});

test("the model crew asks nobody for the verdict", () => {
  const validate = { ...stage("validate", "tester"), produces: ["test_results"] };
  assert.match(stageModelInWords(validate, PROJECT), /^None: the tests are run/);
  const own = { ...PROJECT, pipeline_definition: { ...PROJECT.pipeline_definition, stages: [validate] } };
  assert.deepEqual(modelsOf(own), []);
});

/** @type {ProviderPublic[]} */
const PROVIDERS = [
  { name: "rehearsal", description: "", is_rehearsal: true, is_default: true, default_model: null },
  { name: "models", description: "", is_rehearsal: false, is_default: false, default_model: "openai:gpt-5" },
];

test("a new project leaves to the server what is not chosen, and sends a rehearsal no model", () => {
  assert.deepEqual(crewBody({ crew: "", model: "" }, PROVIDERS), {});
  assert.deepEqual(crewBody({ crew: "", model: "openai:gpt-5" }, PROVIDERS), {});
  assert.deepEqual(crewBody({ crew: "models", model: " " }, PROVIDERS), { crew: "models" });
  assert.deepEqual(crewBody({ crew: "models", model: " a:b " }, PROVIDERS), { crew: "models", model: "a:b" });
  const budget = { budget: " 2usd " };
  assert.deepEqual(crewBody({ crew: "models", model: "", ...budget }, PROVIDERS), { crew: "models", budget: "2usd" });
  assert.deepEqual(crewBody({ crew: "", model: "", ...budget }, PROVIDERS), {});
});

test("the form says who will do the work", () => {
  assert.equal(summaryOf({ crew: "", model: "" }, PROVIDERS), "Rehearsal: no model is asked");
  assert.equal(summaryOf({ crew: "models", model: "" }, PROVIDERS), "openai:gpt-5");
  assert.equal(summaryOf({ crew: "models", model: "a:b" }, PROVIDERS), "a:b");
  assert.equal(summaryOf({ crew: "models", model: "" }, []), "");
});

test("a model is written as provider:model", () => {
  assert.equal(modelProblem({}), "");
  assert.equal(modelProblem({ model: "ollama:qwen2.5-coder:7b" }), "");
  assert.equal(modelProblem({ model: "openai:gpt-5, anthropic:claude-sonnet-4-5" }), "");
  assert.match(modelProblem({ model: "openai:gpt-5, claude" }), /provider:model/);
  assert.match(modelProblem({ model: "gpt-5" }), /provider:model/);
  assert.match(modelProblem({ model: "openai:gpt 5" }), /provider:model/);
});
