/** What is announced to screen readers about a project: new states of it and its stages, not every event. */

import { announce } from "../notices.js";

/** @import { ProjectModel } from "./model.js" */

/** @type {Record<string, string>} */
const SAYS = {
  working: "is working",
  waiting_for_hitl: "waits for you",
  completed: "is completed",
  failed: "failed",
  cancelled: "is cancelled",
  redo: "is to be redone",
  rejected: "is rejected",
  expired: "was not answered in time",
};
/** @type {Record<string, string>} */
const STANDS = {
  paused: "The project is paused.",
  completed: "The project is completed.",
  rejected: "The project is rejected.",
  failed: "The project failed.",
  cancelled: "The project is cancelled.",
};
const GATHER = 600; // ms; of what a stage was meanwhile, only the last is said
const MOST = 4;

/**
 * A function that is called after each change.
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 */
export function projectAnnouncer(model, signal) {
  const news = new Map();
  let before = look(model);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let clock;
  signal.addEventListener("abort", () => clearTimeout(clock));

  function speak() {
    const lines = [...news.values()].slice(-MOST);
    news.clear();
    if (lines.length) announce(lines.join(" "));
  }

  return () => {
    const now = look(model);
    for (const [name, state] of now.stages) {
      if (before.stages.get(name) === state || !SAYS[state.split(" ")[0]]) continue;
      news.delete(name);
      const [word, round] = state.split(" ");
      news.set(name, `${name} ${SAYS[word]}${Number(round) > 1 && word === "working" ? `, round ${round}` : ""}.`);
    }
    const resumed = before.status === "paused" && !STANDS[now.status];
    const stands = resumed ? "The project goes on." : STANDS[now.status];
    if (now.status !== before.status && stands) news.set("", stands);
    before = now;
    if (news.size && clock === undefined) {
      clock = setTimeout(() => {
        clock = undefined;
        speak();
      }, GATHER);
    }
  };
}

/** @param {ProjectModel} model */
const look = (model) => ({
  status: model.project.status,
  stages: new Map([...model.stages].map(([name, { state, round }]) => [name, `${state} ${round}`])),
});
