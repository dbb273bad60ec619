/** What models are writing for the tasks of one project, put together from the frames of the WebSocket. Pure. */

/** @import { Frame } from "../subscriptions.js" */

/**
 * @typedef {object} LiveText
 * @property {string} stage
 * @property {number} turn
 * @property {string | null} tool the tool whose arguments are being written
 * @property {string} text
 * @property {string} added what the newest frame has added, or the whole text
 * @property {boolean} isNew whether that frame has begun the text
 * @property {boolean} isCut whether more has been written than is sent
 * @property {boolean} ended
 */

/** Dispatches an event for each frame, whose type is the id of its task. */
export class LiveTexts extends EventTarget {
  /** @type {Map<string, LiveText & { call: string }>} */
  #texts = new Map();

  /** What has been written for a task in its newest call, if it is known. @param {string} taskId */
  of(taskId) {
    return this.#texts.get(taskId);
  }

  /** @param {Frame} frame */
  receive({ task_id: taskId, data }) {
    if (taskId === null) return;
    const { call, stage, turn, tool, text, ended } = data;
    const before = this.#texts.get(taskId);
    const isNew = before?.call !== call || (data.offset === 0 && !ended);
    const soFar = isNew ? "" : before?.text ?? "";
    const shared = { call, stage, turn, tool, ended, isCut: data.is_cut };
    this.#texts.set(taskId, { ...shared, text: soFar + text, added: text, isNew });
    this.dispatchEvent(new Event(taskId));
  }
}
