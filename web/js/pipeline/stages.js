/** The state of each stage of a pipeline, from the project's tasks and open requests. Pure. */

/** @import { HitlStatus, Oversight, Pipeline, RequestItem, Stage, TaskPublic } from "../api.d.ts" */

/**
 * @typedef {object} StageState
 * @property {string} state a task status, "redo", "rejected" or "expired"
 * @property {number} round
 * @property {TaskPublic} [task] the newest
 * @property {RequestItem} [request] the open one
 */

/**
 * A map from each stage's name to its state; `state` is a task status, or "pending" for a stage
 * that has not begun, "redo" for one whose result is not taken (its verdict failed, or a rework took it back), and
 * "rejected" or "expired" for one whose gate ended so. `request` is the open one; `requests` are all that are known.
 * @param {Pipeline} pipeline
 * @param {TaskPublic[]} tasks
 * @param {RequestItem[]} openRequests
 * @param {RequestItem[]} [requests]
 */
export function stageStates(pipeline, tasks, openRequests, requests = []) {
  const newest = new Map();
  for (const task of tasks) {
    const before = newest.get(task.stage);
    const again = task.round === before?.round && task.created_at >= before.created_at;
    if (!before || task.round > before.round || again) {
      newest.set(task.stage, task);
    }
  }
  const asking = new Map(openRequests.map((request) => [request.stage, request]));
  const answered = new Map(requests.map((request) => [request.task_id, request.status]));
  return new Map(pipeline.stages.map((stage) => {
    const task = newest.get(stage.name);
    const request = asking.get(stage.name);
    const state = stateOf(task, request, answered.get(task?.task_id));
    return [stage.name, { state, round: task?.round ?? 0, task, request }];
  }));
}

/**
 * @param {TaskPublic | undefined} task
 * @param {RequestItem | undefined} request
 * @param {HitlStatus | undefined} answer
 */
function stateOf(task, request, answer) {
  if (request) return "waiting_for_hitl";
  if (!task) return "pending";
  if (!task.accepted && (answer === "rejected" || answer === "expired")) return answer;
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
 * The gate that is in force for a stage under a project's oversight: its `ask`, or "never" where there is none.
 * @param {Stage} stage
 * @param {Oversight | null} oversight
 */
export function asks(stage, oversight) {
  if (oversight === "high") return stage.gate ? "always" : "never";
  if (oversight === "low") return "never";
  if (oversight === "medium") return stage.gate?.important ? "always" : "never";
  return stage.gate?.ask ?? "never";
}
