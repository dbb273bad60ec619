/** What the agent was told, what it made of that, and how it went. */

import { h } from "../dom.js";
import { bytes, count, title } from "../words.js";

/** The task's side of a request. null where there is no task to tell of. */
export function briefing({ task }) {
  if (!task) return null;
  const facts = [
    ["Handed over by", task.from_agent ? title(task.from_agent) : "The product owner"],
    ["Instructions", task.instructions && h("p", { dir: "auto", class: "words" }, task.instructions)],
    ["Feedback given", task.feedback && h("p", { dir: "auto", class: "words" }, task.feedback)],
    ["Expected", task.expected_outputs?.map(title).join(", ")],
    ["Read", task.context?.length && h("ul", {}, task.context.map(artifact))],
    ["Attempt", task.attempt > 1 && `${task.attempt}`],
    ["Confidence", typeof task.confidence === "number" && `${Math.round(task.confidence * 100)} %`],
    ["Verdict", task.verdict && title(task.verdict)],
    ["Usage", usage(task.usage)],
  ].filter(([, value]) => value);
  return h("details", { class: "panel folded" }, h("summary", {}, "What the agent was told"),
    h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

function artifact(item) {
  const href = `/projects/${item.project_id}#artifact=${item.artifact_id}`;
  return h("li", {}, h("a", { href }, `${title(item.type)}, version ${item.version}`),
    h("span", { class: "faint", dir: "auto" }, ` ${bytes(item.size)}, by ${item.author}`));
}

function usage(spent) {
  if (!spent) return null;
  const tokens = (spent.input_tokens ?? 0) + (spent.output_tokens ?? 0);
  const parts = [spent.model, tokens && count(tokens, "token"), spent.cost_usd && `$${spent.cost_usd}`];
  return parts.filter(Boolean).join(", ");
}
