/** What the agents of a project report to be doing. */

import { ENDED_STATUSES } from "../labels.js";

/** @import { Event as LogEvent, TaskProgress } from "../api.d.ts" */

/** @typedef {Partial<TaskProgress>} Doing what an agent is doing */

/** The events after which an agent's progress message is removed. */
const ENDS_PROGRESS = new Set(["agent_status_change", "task_completed", "task_failed", "task_cancelled"]);

/** What each agent is doing, by agent_type. @extends {Map<string, Doing>} */
export class DoingByAgent extends Map {
  #logEnded = false; // the log has ended; a step that is being cancelled may still report progress

  /** @param {LogEvent} event */
  note(event) {
    if (event.event_type === "workflow_event" && !event.task_id) this.#logEnded = ENDED_STATUSES.has(event.data.status);
    if (this.#logEnded) this.clear();
    else if (event.event_type === "task_progress") this.set(event.agent_type ?? "", event.data);
    else if (ENDS_PROGRESS.has(event.event_type)) this.delete(event.agent_type ?? "");
  }
}
