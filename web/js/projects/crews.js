/** The crews that a new project can have. Pure. */

import { NO_MODEL } from "../crew.js";
import { title } from "../labels.js";

/** @import { ProviderPublic } from "../api.d.ts" */

/** @typedef {{ crew: string, model: string }} Choice "" is the server's choice */

/**
 * The provider that is chosen: "" is the server's default.
 * @param {string} crew
 * @param {ProviderPublic[]} providers
 */
export const chosenCrew = (crew, providers) =>
  providers.find(({ name, is_default: isDefault }) => (crew ? name === crew : isDefault));

/**
 * What a request says of the crew: nothing that the server would choose anyway, and no model to a rehearsal.
 * @param {Choice} choice
 * @param {ProviderPublic[]} providers
 * @returns {{ crew?: string, model?: string }}
 */
export function crewBody({ crew, model }, providers) {
  const name = model.trim();
  const asks = name && !chosenCrew(crew, providers)?.is_rehearsal;
  return { ...(crew && { crew }), ...(asks && { model: name }) };
}

/**
 * What is wrong with the model of a request, or "".
 * @param {{ model?: string }} body
 */
export const modelProblem = ({ model }) =>
  model === undefined || /^[a-z][a-z0-9_-]*:\S{1,200}$/.test(model)
    ? ""
    : "Write it as provider:model, such as openai:gpt-5.";

/**
 * "Rehearsal: no model is asked", "openai:gpt-5", or the name of a crew.
 * @param {Choice} choice
 * @param {ProviderPublic[]} providers
 */
export function summaryOf({ crew, model }, providers) {
  const provider = chosenCrew(crew, providers);
  if (!provider) return "";
  if (provider.is_rehearsal) return NO_MODEL;
  return model.trim() || provider.default_model || title(provider.name);
}
