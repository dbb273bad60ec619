/** Announces new states of a project and of its stages to screen readers, but not every event. */

import { announce } from "../notices.js";

/** @import { ProjectModel } from "./model.js" */

/** @type {Record<string, string>} */
const STAGE_STATES = {
  working: "is working",
  waiting_for_hitl: "needs a decision",
  completed: "is completed",
  failed: "failed",
  cancelled: "is cancelled",
  redo: "is to be repeated",
  rejected: "is rejected",
  expired: "has expired",
};
/** @type {Record<string, string>} */
const PROJECT_STATES = {
  paused: "The project is paused.",
  completed: "The project is completed.",
  rejected: "The project is rejected.",
  failed: "The project failed.",
  cancelled: "The project is cancelled.",
};
const DELAY = 600; // ms; of the states of a stage in this time, only the last is announced
const MAX_SENTENCES = 4;

/**
 * A function to call after each change of the model.
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 */
export function projectAnnouncer(model, signal) {
  const waiting = new Map();
  let before = snapshot(model);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  signal.addEventListener("abort", () => clearTimeout(timer));

  function speak() {
    const sentences = [...waiting.values()].slice(-MAX_SENTENCES);
    waiting.clear();
    if (sentences.length) announce(sentences.join(" "));
  }

  return () => {
    const now = snapshot(model);
    for (const [name, state] of now.stages) {
      if (before.stages.get(name) === state || !STAGE_STATES[state.split(" ")[0]]) continue;
      waiting.delete(name);
      const [word, round] = state.split(" ");
      waiting.set(
        name,
        `${name} ${STAGE_STATES[word]}${Number(round) > 1 && word === "working" ? `, round ${round}` : ""}.`,
      );
    }
    const resumed = before.status === "paused" && !PROJECT_STATES[now.status];
    const sentence = resumed ? "The project has resumed." : PROJECT_STATES[now.status];
    if (now.status !== before.status && sentence) waiting.set("", sentence);
    before = now;
    if (waiting.size && timer === undefined) {
      timer = setTimeout(() => {
        timer = undefined;
        speak();
      }, DELAY);
    }
  };
}

/** @param {ProjectModel} model */
const snapshot = (model) => ({
  status: model.project.status,
  stages: new Map([...model.stages].map(([name, { state, round }]) => [name, `${state} ${round}`])),
});
