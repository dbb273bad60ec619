/** The card of a task, shown while its bar is hovered or focused, and the same in one sentence. */

import { badge } from "../badges.js";
import { h, present } from "../dom.js";
import { REASONS, status, title } from "../labels.js";
import { duration, inFull } from "../time.js";

/** @import { Span } from "./rows.js" */

/** @typedef {{ element: HTMLElement, show(bar: Element, span: Span, within: Element): void, hide(): void, hideSoon(): void }} Card */

const HIDE_DELAY = 150; // ms; time to move the pointer from the bar into the card

/**
 * How long the agent worked, in words.
 * @param {Span} span
 */
export const worked = ({ from, worked: until }) => duration(until - from);
/**
 * How long the task waited for a human, in words; null if it did not.
 * @param {Span} span
 */
export const waited = ({ request, worked: since, to }) => (request ? duration(to - since) : null);

/**
 * The sentence, for a bar's accessible name.
 * @param {Span} span
 */
export function describeSpan(span) {
  const { task } = span;
  return [
    `Task ${task.stage}`,
    task.agent_type,
    task.round > 1 && `round ${task.round}`,
    status("task", task.status).word.toLowerCase(),
    `started ${inFull(span.from)}`,
    `worked ${worked(span)}`,
    span.request && `waited ${waited(span)} for a human`,
    task.verdict && `verdict ${task.verdict}`,
  ].filter(Boolean).join(", ");
}

/**
 * The card, which stays open while the pointer or the focus is in it.
 * @returns {Card}
 */
export function taskCard() {
  const element = h("div", { class: "timeline-card", popover: "manual" });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hiding;
  const hide = () => {
    clearTimeout(hiding);
    if (element.matches(":popover-open")) element.hidePopover();
  };
  const hideSoon = () => {
    clearTimeout(hiding);
    hiding = setTimeout(hide, HIDE_DELAY);
  };
  element.addEventListener("pointerenter", () => clearTimeout(hiding));
  element.addEventListener("pointerleave", hideSoon);
  element.addEventListener("click", hide);
  /**
   * @param {Element} bar
   * @param {Span} span
   * @param {Element} within
   */
  const show = (bar, span, within) => {
    clearTimeout(hiding);
    element.replaceChildren(...content(span));
    element.showPopover();
    const [target, room, size] = [bar, within, element].map((item) => item.getBoundingClientRect());
    const left = Math.min(Math.max(room.left, target.left), innerWidth - size.width - 8);
    const below = target.bottom + 6 + size.height < innerHeight;
    element.style.setProperty("left", `${Math.max(8, left)}px`);
    element.style.setProperty("top", `${below ? target.bottom + 6 : Math.max(8, target.top - size.height - 6)}px`);
  };
  return { element, show, hide, hideSoon };
}

/** @param {Span} span */
function content(span) {
  const { task, request } = span;
  const hasResult = task.accepted || request || task.verdict === "failed" || task.status !== "completed";
  const rows = present([
    ["Agent", title(task.agent_type)],
    ["Started", inFull(span.from)],
    ["Worked", worked(span)],
    request && ["Review", REASONS[request.reason] ?? request.reason],
    request && ["Waited for a human", waited(span)],
    request && ["Response", status("hitl", request.status).word],
    !span.open && ["Ended", inFull(span.to)],
    task.attempt > 1 && ["Attempts", String(task.attempt)],
    task.verdict && ["Verdict", title(task.verdict)],
    !hasResult && ["Result", "Superseded by a rework"],
    task.confidence !== null && ["Confidence", `${Math.round(task.confidence * 100)} %`],
  ]);
  const round = task.round > 1 && h("span", { class: "soft" }, `round ${task.round}`);
  return present([
    h("header", {}, h("strong", { class: "cut" }, task.stage), round, badge("task", task.status)),
    h("dl", {}, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    task.error && h("p", { class: "card-error", dir: "auto" }, task.error),
    h("a", { href: `#task=${task.task_id}` }, task.round > 1 ? "Feedback, and what it wrote" : "What it wrote"),
  ]);
}
