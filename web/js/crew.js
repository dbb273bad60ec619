/**
 * Who does the work of a project: a rehearsal, or the models that it, its roles and its stages name; and what a new
 * project can choose. Pure.
 */

import { title } from "./labels.js";

/** @import { ProjectPublic, ProviderPublic, Stage } from "./api.d.ts" */

/** @typedef {Pick<ProjectPublic, "crew" | "is_rehearsal" | "model" | "pipeline_definition">} Crewed */
/** @typedef {{ crew: string, model: string, budget?: string }} Choice of a new project; "" is the server's choice */

export const NO_MODEL = "Rehearsal: no model is asked";

/**
 * Whether the model crew computes a stage's result by running tests.
 * @param {Stage} stage
 * @param {Crewed} project
 */
const isComputed = ({ produces }, { crew }) => crew === "models" && produces.includes("test_results");

/**
 * The model that a stage names, by itself or by its role, or the project's, and which of them; null if there is none.
 * @param {Stage} stage
 * @param {Crewed} project
 * @returns {{ model: string, from: "stage" | "role" | "project" } | null}
 */
export function modelOf(stage, project) {
  const { model, pipeline_definition: { roles } } = project;
  if (isComputed(stage, project)) return null;
  if (stage.model) return { model: stage.model, from: "stage" };
  const role = roles.find(({ name }) => name === stage.agent);
  if (role?.model) return { model: role.model, from: "role" };
  return model ? { model, from: "project" } : null;
}

/**
 * The models that a project asks, in the order of its stages; of one role only, if it is named. A rehearsal asks none.
 * @param {Crewed} project
 * @param {string} [role]
 */
export function modelsOf(project, role) {
  if (project.is_rehearsal) return [];
  const stages = project.pipeline_definition.stages.filter(({ agent }) => role === undefined || agent === role);
  return [...new Set(stages.flatMap((stage) => modelOf(stage, project)?.model ?? []))];
}

/**
 * Who does the work: "Rehearsal: no model is asked", "openai:gpt-5, anthropic:claude-sonnet-4-5", or the crew's name.
 * @param {Crewed} project
 */
export function crewInWords(project) {
  if (project.is_rehearsal) return NO_MODEL;
  return modelsOf(project).join(", ") || project.crew;
}

const NAMED_BY = { stage: "named by the step", role: "named by its role", project: "" };

/**
 * The model that a stage asks, and who named it, or why none is asked.
 * @param {Stage} stage
 * @param {Crewed} project
 */
export function stageModelInWords(stage, project) {
  const found = modelOf(stage, project);
  if (project.is_rehearsal) {
    return found
      ? `None: this project is a rehearsal. The pipeline names ${found.model}.`
      : "None: this project is a rehearsal.";
  }
  if (isComputed(stage, project)) return "None: the tests are run, and the verdict is computed from the results.";
  if (!found) return `chosen by the crew ${project.crew}`;
  return [found.model, NAMED_BY[found.from]].filter(Boolean).join(", ");
}

/**
 * The provider that is chosen: "" is the server's default.
 * @param {string} crew
 * @param {ProviderPublic[]} providers
 */
export const chosenCrew = (crew, providers) =>
  providers.find(({ name, is_default: isDefault }) => (crew ? name === crew : isDefault));

/**
 * What a request says of the crew: nothing that the server would choose anyway, and neither model nor budget to a
 * rehearsal.
 * @param {Choice} choice
 * @param {ProviderPublic[]} providers
 * @returns {{ crew?: string, model?: string, budget?: string }}
 */
export function crewBody({ crew, model, budget = "" }, providers) {
  const asks = !chosenCrew(crew, providers)?.is_rehearsal;
  const [name, amounts] = asks ? [model.trim(), budget.trim()] : ["", ""];
  return { ...(crew && { crew }), ...(name && { model: name }), ...(amounts && { budget: amounts }) };
}

/**
 * What is wrong with the model of a request, or "".
 * @param {{ model?: string }} body
 */
export const modelProblem = ({ model }) =>
  model === undefined || model.split(",").every((each) => /^[a-z][a-z0-9_-]*:\S{1,200}$/.test(each.trim()))
    ? ""
    : "Write it as provider:model, such as openai:gpt-5. Several, in order, are separated by commas.";

/**
 * A choice in words: "Rehearsal: no model is asked", "openai:gpt-5", or the name of a crew.
 * @param {Choice} choice
 * @param {ProviderPublic[]} providers
 */
export function summaryOf({ crew, model }, providers) {
  const provider = chosenCrew(crew, providers);
  if (!provider) return "";
  if (provider.is_rehearsal) return NO_MODEL;
  return model.trim() || provider.default_model || title(provider.name);
}
