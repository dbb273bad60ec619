/** What a task's bar says when it is pointed at or focused. */

import { h } from "../dom.js";
import { badge } from "../status.js";
import { inFull, span } from "../time.js";
import { REASONS, status, title } from "../words.js";

/** How long the agent worked, and how long a human was waited for (null where none was), in words. */
export const worked = ({ from, worked: until }) => span(until - from);
export const waited = ({ request, worked: since, to }) => (request ? span(to - since) : null);

/** One sentence with all of it, for a bar's accessible name. */
export function sentence(one) {
  const { task } = one;
  return [
    `Task ${task.stage}`, task.agent_type, task.round > 1 && `round ${task.round}`, status("task", task.status).word.toLowerCase(),
    `began ${inFull(one.from)}`, `worked ${worked(one)}`, one.request && `waited ${waited(one)} for a human`,
    task.verdict && `verdict ${task.verdict}`,
  ].filter(Boolean).join(", ");
}

/** The card's content. */
export function card(one) {
  const { task, request } = one;
  const rows = [
    ["Agent", title(task.agent_type)],
    ["Began", inFull(one.from)],
    ["Worked", worked(one)],
    request && ["Gate", REASONS[request.reason] ?? request.reason],
    request && ["Waited for a human", waited(one)],
    request && ["Response", status("hitl", request.status).word],
    !one.open && ["Ended", inFull(one.to)],
    task.attempt > 1 && ["Attempts", String(task.attempt)],
    task.verdict && ["Verdict", title(task.verdict)],
    task.status === "completed" && !task.accepted && !request && task.verdict !== "failed" && ["Result", "Taken back by a rework"],
    task.confidence !== null && ["Confidence", `${Math.round(task.confidence * 100)} %`],
  ].filter(Boolean);
  return [
    h("header", {}, h("strong", { class: "cut" }, task.stage), task.round > 1 && h("span", { class: "soft" }, `round ${task.round}`), badge("task", task.status)),
    h("dl", {}, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    task.error && h("p", { class: "card-error", dir: "auto" }, task.error),
    h("a", { href: `#task=${task.task_id}` }, task.round > 1 ? "Feedback and what it wrote" : "What it wrote"),
  ].filter(Boolean);
}
