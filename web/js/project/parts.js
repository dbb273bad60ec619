/** The parts of a project that REST returns, and how each of them is read. */

import { projects } from "../rest.js";

/** @import { ArtifactItem, BudgetPublic, ProjectProgress, ProjectPublic, RequestItem } from "../api.d.ts" */
/** @import { Options } from "../http.js" */

/**
 * @typedef {object} Parts
 * @property {ProjectPublic} project
 * @property {ProjectProgress} progress
 * @property {ArtifactItem[]} artifacts
 * @property {RequestItem[]} requests
 * @property {BudgetPublic} budget
 */

/** @typedef {keyof Parts} Part */

/** @type {{ [P in Part]: (id: string, options: Options) => Promise<Parts[P]> }} */
export const READ = {
  project: projects.get,
  progress: projects.status,
  artifacts: projects.artifacts,
  requests: projects.requests,
  budget: async (id, options) => (await projects.budget(id, options)).project,
};

/**
 * Read all parts, with one request unless the lists are long.
 * @param {string} id
 * @param {Options} options
 * @returns {Promise<Parts>}
 */
export async function readAll(id, options) {
  const { project, progress, budget, ...lists } = await projects.overview(id, options);
  const [artifacts, requests] = await Promise.all([
    projects.artifacts(id, options, lists.artifacts),
    projects.requests(id, options, lists.requests),
  ]);
  return { project, progress, artifacts, requests, budget: budget.project };
}
