/** What is beside the document: who wrote it, its checks, what changed, what the agent received. */

import { nameOf } from "../artifacts/name.js";
import { h, present } from "../dom.js";
import { bytes, count, isUnfinished, title } from "../labels.js";
import { visible } from "../text.js";
import { assignees } from "./assignment.js";
import { history, quotation } from "./history.js";
import { earlierRounds } from "./requests.js";

/** @import { ArtifactItem, RequestPublic, Usage } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */

/**
 * The rail of a request. `showChanges(id)` shows what changed in an artifact.
 * @param {RequestPublic} request
 * @param {{ signal: AbortSignal, showChanges: (id: string) => void }} options
 */
export function rail(request, { signal, showChanges }) {
  const past = h("div", {}, history(request, []));
  /** @param {RequestPublic[]} rounds */
  const showRounds = (rounds) => past.replaceChildren(...present([history(request, rounds)]));
  // If they cannot be read, a person can decide without them.
  earlierRounds(request, signal).then(showRounds, () => {});
  return h(
    "aside",
    { class: "rail", "aria-label": "About this request" },
    summary(request),
    checks(request),
    changesSince(request, showChanges),
    past,
    received(request),
  );
}

/**
 * @param {string} name
 * @param {...Child} parts
 */
export const section = (name, ...parts) =>
  h("section", { class: "rail-part", "aria-label": name }, h("h3", {}, name), parts);

/** @param {RequestPublic} request */
function summary({ task, agent_type: agent, stage, round, reason, approvals }) {
  if (!task) return null;
  const assigned = assignees({ approvals });
  const confidence = typeof task.confidence === "number" ? Math.round(task.confidence * 100) : null;
  return section(
    "Summary",
    facts([
      [
        isUnfinished({ reason }) ? "Worked on by" : "Written by",
        `${title(agent)}, in ${stage}${round > 1 ? `, round ${round}` : ""}`,
      ],
      ["Confidence", confidence !== null && meter(confidence)],
      ["Attempt", task.attempt > 1 && `${task.attempt}`],
      ["Usage", usage(task.usage)],
      ["Who decides", assigned !== null && visible(assigned)],
    ]),
  );
}

/** @param {number} percent */
const meter = (percent) =>
  h(
    "span",
    { class: "with-meter" },
    `${percent} %`,
    h("meter", { min: 0, max: 100, low: 50, high: 75, optimum: 100, value: percent, "aria-label": "Confidence" }),
  );

/** @param {RequestPublic} request */
function checks({ task, reason }) {
  if (!task?.verdict && reason !== "failed_verdict") return null;
  const passed = task?.verdict === "passed" && reason !== "failed_verdict";
  const words = passed ? "The checks passed." : "The checks failed. The report says which.";
  return section("Checks", h("p", { class: "check", dataset: { tone: passed ? "good" : "bad" } }, words));
}

/**
 * @param {RequestPublic} request
 * @param {(id: string) => void} show
 */
function changesSince({ contents }, show) {
  const changed = contents.filter(({ previous_id }) => previous_id);
  if (!changed.length) return null;
  return section(
    "Since the last version",
    changed.map(({ artifact_id: id, type, version }) =>
      h(
        "button",
        { type: "button", onclick: () => show(id) },
        "What changed in ",
        changed.length > 1 && `${title(type)} `,
        `v${version}`,
      )
    ),
  );
}

/** @param {RequestPublic} request */
function received({ task }) {
  if (!task) return null;
  /** @param {string | null} text */
  const words = (text) => text && h("p", { dir: "auto", class: "words" }, visible(text));
  return section(
    "What the agent received",
    task.feedback &&
      h("div", {}, h("p", { class: "faint" }, "For this round"), quotation(task.feedback)),
    h(
      "details",
      { class: "folded" },
      h("summary", {}, "Instructions and inputs"),
      facts([
        ["Handed over by", task.from_agent ? title(task.from_agent) : "The product owner"],
        ["Instructions", words(task.instructions)],
        ["Expected", task.expected_outputs?.map(title).join(", ")],
        ["Inputs", task.context?.length > 0 && h("ul", {}, task.context.map(artifact))],
      ]),
    ),
  );
}

/** @param {[string, Child][]} list */
const facts = (list) =>
  h(
    "dl",
    { class: "facts" },
    list.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );

/** @param {ArtifactItem} item */
function artifact(item) {
  const href = `/projects/${item.project_id}#artifact=${item.artifact_id}`;
  return h(
    "li",
    {},
    h("a", { href }, `${nameOf(item)}, version ${item.version}`),
    h("span", { class: "faint", dir: "auto" }, ` ${bytes(item.size)}, by ${item.author}`),
  );
}

/** @param {Usage | null} spent */
function usage(spent) {
  if (!spent) return null;
  const tokens = (spent.input_tokens ?? 0) + (spent.output_tokens ?? 0);
  const parts = [spent.model, tokens && count(tokens, "token"), spent.cost_usd && `$${spent.cost_usd}`];
  return parts.filter(Boolean).join(", ");
}
