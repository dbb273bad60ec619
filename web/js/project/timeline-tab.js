/** The tab of the timeline, which is loaded when it is first shown. */

import { h, onCustom } from "../dom.js";

/** @import { TaskTimeline } from "../timeline/task-timeline.js" */
/** @import { ProjectModel } from "./model.js" */

/**
 * `choose(id)` is called when the reader selects a task in it.
 * @param {ProjectModel} model
 * @param {(id: string) => void} choose
 */
export function timelineTab(model, choose) {
  /** @type {TaskTimeline | null} */
  let timeline = null;
  /** @type {string | null} */
  let selected = null;

  function update() {
    const { progress: { tasks }, requests, roles: agents, ended } = model;
    timeline?.show({ tasks, requests, agents, ended, selected });
  }

  return {
    update,
    async make() {
      await import("../timeline/task-timeline.js");
      timeline = h("task-timeline", {});
      onCustom(timeline, "task-select", choose);
      update();
      return timeline;
    },
    /** @param {string | null} task */
    select(task) {
      selected = task;
      timeline?.show({ selected });
    },
  };
}
