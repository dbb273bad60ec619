/** What requests are called in the list, and which of them are failures. Pure. */

import { title } from "../labels.js";
import { joined, visible } from "../text.js";

/** @import { ArtifactRef, HitlReason } from "../api.d.ts" */

/** @typedef {{ title: string, stage: string, reason: HitlReason, artifacts: ArtifactRef[] }} Named */

/** What the list says after the document, by why the request asks. @type {Partial<Record<HitlReason, string>>} */
const KINDS = {
  review: "review",
  low_confidence: "review, the agent is unsure",
  checkpoint: "review after many without a person",
};

/** "Software specification v2", or the step if nothing was written. @param {Named} request */
const subject = ({ artifacts, stage }) =>
  joined(artifacts.map(({ type, version }) => `${title(type)} v${version}`)) || title(stage);

/** "Software specification v2 · review", "Coder failed on build". @param {Named} request */
export function rowTitle(request) {
  const kind = KINDS[request.reason];
  return kind ? `${subject(request)} · ${kind}` : visible(request.title);
}

/** The reasons whose question is the pipeline's; a request for another one is said by its title and its cause. */
const QUESTIONS = new Set(["review", "low_confidence", "checkpoint"]);

/**
 * Whether the pipeline's question is what it asks.
 * @param {{ reason: HitlReason }} request
 */
export const asksQuestion = ({ reason }) => QUESTIONS.has(reason);

/**
 * What it asks, in one line: "Is this the right project?", "Coder failed on build: out of memory".
 * @param {{ reason: HitlReason, question: string, title: string, cause?: string | null }} request
 */
export function asked(request) {
  if (asksQuestion(request)) return visible(request.question);
  return visible(request.cause ? `${request.title}: ${request.cause}` : request.title);
}

/** The reasons that something has gone wrong, and a person has to help. @type {Set<HitlReason>} */
const FAILURES = new Set(["failed_step", "failed_verdict", "budget", "stopped"]);

/** @param {{ reason: HitlReason }} request */
export const isFailure = ({ reason }) => FAILURES.has(reason);
