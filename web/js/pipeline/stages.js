/** The state of each stage of a pipeline, from the project's tasks and open requests. Pure. */

/** @import { HitlStatus, Oversight, Pipeline, RequestItem, Stage, TaskPublic } from "../api.d.ts" */

/**
 * @typedef {object} StageState
 * @property {string} state a task status, "redo", "rejected" or "expired"
 * @property {number} round
 * @property {TaskPublic} [task] its newest task
 * @property {RequestItem} [request] its open request
 */

/**
 * The state of each stage, by name. `state` is the status of its newest task; "pending" if there is none; "redo" if
 * its result is not accepted (its verdict is a failure, or a rework sent it back); or "rejected" or "expired" if its
 * gate ended that way. `requests` are the open and the closed ones.
 * @param {Pipeline} pipeline
 * @param {TaskPublic[]} tasks
 * @param {RequestItem[]} openRequests
 * @param {RequestItem[]} [requests]
 */
export function stageStates(pipeline, tasks, openRequests, requests = []) {
  const newest = new Map();
  for (const task of tasks) {
    const before = newest.get(task.stage);
    const isRetry = task.round === before?.round && task.created_at >= before.created_at;
    if (!before || task.round > before.round || isRetry) {
      newest.set(task.stage, task);
    }
  }
  const asking = new Map(openRequests.map((request) => [request.stage, request]));
  const gateStatuses = new Map(requests.map((request) => [request.task_id, request.status]));
  return new Map(pipeline.stages.map((stage) => {
    const task = newest.get(stage.name);
    const request = asking.get(stage.name);
    const state = stateOf(task, request, gateStatuses.get(task?.task_id));
    return [stage.name, { state, round: task?.round ?? 0, task, request }];
  }));
}

/**
 * @param {TaskPublic | undefined} task
 * @param {RequestItem | undefined} request
 * @param {HitlStatus | undefined} gateStatus
 */
function stateOf(task, request, gateStatus) {
  if (request) return "waiting_for_hitl";
  if (!task) return "pending";
  if (!task.accepted && (gateStatus === "rejected" || gateStatus === "expired")) return gateStatus;
  return task.status === "completed" && !task.accepted ? "redo" : task.status;
}

/**
 * Which stages each stage depends on, by what it consumes: `{stage: [stage, …]}`.
 * @param {Pipeline} pipeline
 */
export function upstream(pipeline) {
  const producer = new Map(pipeline.stages.flatMap((stage) => stage.produces.map((type) => [type, stage.name])));
  return new Map(pipeline.stages.map((stage) => [
    stage.name,
    [...new Set(stage.consumes.flatMap((type) => producer.get(type) ?? []))],
  ]));
}

/**
 * The gate that is in force for a stage under a project's oversight: its `ask`, or "never" if it has none.
 * @param {Stage} stage
 * @param {Oversight | null} oversight
 */
export function gateAsks(stage, oversight) {
  if (stage.risk === "high") return "always";
  if (oversight === "high") return stage.gate ? "always" : "never";
  if (oversight === "low") return "never";
  if (oversight === "medium") return stage.gate?.important ? "always" : "never";
  return stage.gate?.ask ?? "never";
}
