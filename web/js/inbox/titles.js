/** What requests are called: in the list, and as the heading of a request. Pure. */

import { title } from "../labels.js";

/** @import { ArtifactRef, HitlReason } from "../api.d.ts" */

/** @typedef {{ agent_type: string, stage: string, round: number, reason: HitlReason, artifacts: ArtifactRef[] }} Named */

/** What the list says after the document, by why the request asks. @type {Partial<Record<HitlReason, string>>} */
const KINDS = {
  low_confidence: "review, the agent is unsure",
  failed_verdict: "checks failed",
  checkpoint: "review after many without a person",
};

/** Requests without a document. @type {Partial<Record<HitlReason, (request: Named) => string>>} */
const WITHOUT = {
  failed_step: ({ agent_type: agent, stage }) => `${title(agent)} failed on ${stage}`,
  stopped: ({ agent_type: agent, stage }) => `${title(agent)} was stopped on ${stage}`,
  budget: ({ agent_type: agent, stage }) => `${title(agent)} ran out of budget on ${stage}`,
  tool_call: ({ agent_type: agent, stage }) => `${title(agent)} asks for permission on ${stage}`,
};

const listing = new Intl.ListFormat("en");

/** "Software specification v2", or the step if nothing was written. @param {Named} request */
export const subject = ({ artifacts, stage }) =>
  listing.format(artifacts.map(({ type, version }) => `${title(type)} v${version}`)) || title(stage);

/** "Review: Software specification v1", "Coder failed on build". @param {Named} request */
export const heading = (request) => WITHOUT[request.reason]?.(request) ?? `Review: ${subject(request)}`;

/** "Software specification v2 · review", "Coder failed on build". @param {Named} request */
export const rowTitle = (request) =>
  WITHOUT[request.reason]?.(request) ?? `${subject(request)} · ${KINDS[request.reason] ?? "review"}`;

/** The reasons that something has gone wrong, and a person has to help. @type {Set<HitlReason>} */
const FAILURES = new Set(["failed_step", "failed_verdict", "budget", "stopped"]);

/** @param {{ reason: HitlReason }} request */
export const isFailure = ({ reason }) => FAILURES.has(reason);
