/** What a project does now, in one sentence: "Coder · build, round 2 · writing tests · 1:40". */

import { h } from "./dom.js";
import { count, title } from "./labels.js";
import { visible } from "./text.js";

/** @import { Child } from "./elements.d.ts" */

/** @typedef {{ agent_type: string, stage: string, round: number, since: string }} Step that is running */
/** @typedef {{ message?: string | null, stage?: string }} Doing what its agent reported last */

/**
 * "build", "build, round 2".
 * @param {{ stage: string, round: number }} step
 */
export const placeInWords = ({ stage, round }) => visible(round > 1 ? `${stage}, round ${round}` : stage);

/**
 * The sentence about a running step.
 * @param {Step} step
 * @param {Doing | undefined} doing
 */
export function stepSentence(step, doing) {
  const message = doing?.message;
  return h(
    "span",
    { class: "now-sentence" },
    h("strong", {}, title(step.agent_type)),
    " · ",
    h("bdi", {}, placeInWords(step)),
    message && [" · ", h("bdi", { class: "now-message" }, visible(message))],
    " · ",
    h("time-ago", { class: "numbers", datetime: step.since, mode: "clock" }),
  );
}

/**
 * The sentence about a project's running steps, of which the first is described.
 * @param {Step[]} steps
 * @param {(step: Step) => Doing | undefined} doing
 * @returns {Child[]}
 */
export function nowSentence(steps, doing) {
  const [first, ...others] = steps;
  if (!first) return [];
  const more = others.map(({ agent_type: agent, stage }) => `${title(agent)} · ${stage}`).join("; ");
  return [
    stepSentence(first, doing(first)),
    others.length > 0 &&
    h("span", { class: "now-more", title: visible(more) }, ` and ${count(others.length, "more step")}`),
  ];
}
