/** Who decided what, in words. Pure. */

import { decidedInWords } from "../decisions.js";
import { isUnfinished, title } from "../labels.js";
import { namesOf } from "../namesakes.js";
import { joined } from "../text.js";

/** @import { ArtifactItem, ArtifactRef, ProjectDecision } from "../api.d.ts" */
/** @import { Named } from "../namesakes.js" */

/** @typedef {Pick<ProjectDecision, "action" | "content_hash" | "redo" | "reason" | "artifacts" | "stage" | "round">} Decided */

/** @typedef {{ text: string, tone: string, mark: string }} Words `mark` is an icon */

/**
 * What was done, without what it was done to: "approved", "requested changes to".
 * @param {Decided} decision
 * @returns {Words}
 */
export function decidedWords(decision) {
  const { action, content_hash: edited, redo, reason } = decision;
  if (action === "reject") {
    const text = isUnfinished({ reason }) ? `${decidedInWords(decision, decision)} at` : "rejected";
    return { text, tone: "bad", mark: "rejected" };
  }
  if (reason === "tool_call") {
    const permitted = action === "approve";
    return {
      text: permitted ? "permitted a call in" : "refused a call in",
      tone: "calm",
      mark: permitted ? "completed" : "rejected",
    };
  }
  if (isUnfinished({ reason })) {
    return { text: edited ? "supplied the result of" : "tried again at", tone: "busy", mark: "redo" };
  }
  if (action === "approve") return { text: "approved", tone: "good", mark: "completed" };
  if (edited) return { text: "edited and approved", tone: "good", mark: "amended" };
  return { text: redo ? `sent back to ${redo}` : "requested changes to", tone: "asks", mark: "redo" };
}

/**
 * Which step: "build, round 2".
 * @param {Decided} decision
 */
export const stepOf = ({ stage, round }) => (round > 1 ? `${stage}, round ${round}` : stage);

/**
 * Which retry of the project: "retried the project from build".
 * @param {{ from_stage: string }} retry
 * @returns {Words}
 */
export const retriedWords = ({ from_stage: stage }) => ({
  text: `retried the project from ${stage}`,
  tone: "busy",
  mark: "redo",
});

/**
 * "Project plan v2".
 * @param {Pick<ArtifactRef, "type" | "version">} artifact
 */
export const versionOf = ({ type, version }) => `${title(type)} v${version}`;

/**
 * Who approved what, one line a person: "Maya approved Project plan v2 and System architecture v1".
 * Who edited approved the version that came of it, which is among those that were `written`.
 * @param {(Decided & Named)[]} decisions
 * @param {ArtifactItem[]} [written]
 * @returns {[who: string, what: string][]}
 */
export function approvals(decisions, written = []) {
  /** @type {Map<string, string[]>} */
  const byPerson = new Map();
  const nameOf = namesOf(decisions);
  for (const decision of decisions) {
    if (decidedWords(decision).tone !== "good") continue;
    const what = decision.artifacts.map((artifact) =>
      versionOf(
        (decision.content_hash && written.find((one) => one.based_on === artifact.artifact_id && !one.by_agent)) ||
          artifact,
      )
    );
    const who = nameOf(decision);
    byPerson.set(who, [
      ...(byPerson.get(who) ?? []),
      ...(what.length ? what : [stepOf(decision)]),
    ]);
  }
  return [...byPerson].map(([who, what]) => [who, joined(what)]);
}
