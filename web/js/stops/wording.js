/** What a stop holds, in words, and which projects it affects. Pure. */

import { title } from "../labels.js";

/** @import { StopCreate, StopPublic, StopScope, TaskPublic } from "../api.d.ts" */

/** @typedef {{ label: string, target: Omit<StopCreate, "reason" | "by"> }} Choice what a person can stop */

/**
 * "Everything", "This project", "The role coder in all projects": what a stop holds. `here` is the project that is
 * shown, or null.
 * @param {Pick<StopPublic, "scope" | "project_id" | "role">} stop
 * @param {string | null} here
 */
export function stopped({ scope, project_id: project, role }, here) {
  const where = project === null ? "all projects" : project === here ? "this project" : "another project";
  /** @type {Record<StopScope, string>} */
  const words = {
    all: "Everything",
    project: title(where),
    role: `The role ${role} in ${where}`,
    step: `A step of ${where}`,
  };
  return words[scope] ?? title(scope);
}

/**
 * Whether a stop affects a project, or a part of it.
 * @param {Pick<StopPublic, "project_id">} stop
 * @param {string} project
 */
export const affects = (stop, project) => stop.project_id === null || stop.project_id === project;

/**
 * Whether a stop holds a task, and with it the deadline of its gate.
 * @param {Pick<StopPublic, "project_id" | "role" | "task_id">} stop
 * @param {{ project_id: string, agent_type: string, task_id: string }} task
 */
export const holds = (stop, task) =>
  affects(stop, task.project_id) && [null, task.agent_type].includes(stop.role) &&
  [null, task.task_id].includes(stop.task_id);

/**
 * What a person can stop. On a project's page the project comes first, then its roles and running steps.
 * @param {string | null} project
 * @param {string[]} roles
 * @param {Pick<TaskPublic, "task_id" | "status" | "agent_type" | "stage" | "round">[]} tasks
 * @returns {Choice[]}
 */
export function choices(project, roles, tasks) {
  const where = project ? "in this project" : "in all projects";
  /** @type {Choice[]} */
  const own = project ? [{ label: "This project", target: { scope: "project", project_id: project } }] : [];
  return [
    ...own,
    { label: "Everything, in all projects", target: { scope: "all" } },
    ...roles.map((role) => ({
      label: `The ${role} ${where}`,
      target: { scope: /** @type {const} */ ("role"), role, ...(project ? { project_id: project } : {}) },
    })),
    ...tasks.filter(({ status }) => status === "working" || status === "pending").map((task) => ({
      label: `The step ${task.stage}${task.round > 1 ? `, round ${task.round}` : ""} (${task.agent_type})`,
      target: { scope: /** @type {const} */ ("step"), task_id: task.task_id },
    })),
  ];
}

/** What was stopped, by the scope of the stop. @type {Record<string, string>} */
const STOPPED = { all: "everything", project: "the project", role: "the role", step: "a step" };

/**
 * "stopped the role coder".
 * @param {Record<string, any>} stop the data of the event `stop_change`
 */
export const stopInWords = ({ stopped, scope, role }) =>
  `${stopped ? "stopped" : "released"} ${STOPPED[scope] ?? scope}${role ? ` ${role}` : ""}`;
