/** The card that a task's bar shows while it is pointed at or focused; and the same in one sentence. */

import { badge } from "../badges.js";
import { h, present } from "../dom.js";
import { REASONS, status, title } from "../labels.js";
import { duration, inFull } from "../time.js";

/** @import { Span } from "./rows.js" */

/** @typedef {{ element: HTMLElement, show(bar: Element, one: Span, within: Element): void, hide(): void, hideSoon(): void }} Card */

const LINGERS = 150; // ms; time to move the pointer from the bar into the card

/**
 * How long the agent worked, and how long a human was waited for (null where none was), in words.
 * @param {Span} span
 */
export const worked = ({ from, worked: until }) => duration(until - from);
/** @param {Span} span */
export const waited = ({ request, worked: since, to }) => (request ? duration(to - since) : null);

/**
 * All of it, for a bar's accessible name.
 * @param {Span} one
 */
export function describeSpan(one) {
  const { task } = one;
  return [
    `Task ${task.stage}`,
    task.agent_type,
    task.round > 1 && `round ${task.round}`,
    status("task", task.status).word.toLowerCase(),
    `began ${inFull(one.from)}`,
    `worked ${worked(one)}`,
    one.request && `waited ${waited(one)} for a human`,
    task.verdict && `verdict ${task.verdict}`,
  ].filter(Boolean).join(", ");
}

/**
 * The card; it stays while the pointer or the focus is in it.
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
    hiding = setTimeout(hide, LINGERS);
  };
  element.addEventListener("pointerenter", () => clearTimeout(hiding));
  element.addEventListener("pointerleave", hideSoon);
  element.addEventListener("click", hide);
  /**
   * @param {Element} bar
   * @param {Span} one
   * @param {Element} within
   */
  const show = (bar, one, within) => {
    clearTimeout(hiding);
    element.replaceChildren(...content(one));
    element.showPopover();
    const [of, room, size] = [bar, within, element].map((each) => each.getBoundingClientRect());
    const left = Math.min(Math.max(room.left, of.left), innerWidth - size.width - 8);
    const below = of.bottom + 6 + size.height < innerHeight;
    element.style.setProperty("left", `${Math.max(8, left)}px`);
    element.style.setProperty("top", `${below ? of.bottom + 6 : Math.max(8, of.top - size.height - 6)}px`);
  };
  return { element, show, hide, hideSoon };
}

/** @param {Span} one */
function content(one) {
  const { task, request } = one;
  const taken = task.accepted || request || task.verdict === "failed" || task.status !== "completed";
  const rows = present([
    ["Agent", title(task.agent_type)],
    ["Began", inFull(one.from)],
    ["Worked", worked(one)],
    request && ["Gate", REASONS[request.reason] ?? request.reason],
    request && ["Waited for a human", waited(one)],
    request && ["Response", status("hitl", request.status).word],
    !one.open && ["Ended", inFull(one.to)],
    task.attempt > 1 && ["Attempts", String(task.attempt)],
    task.verdict && ["Verdict", title(task.verdict)],
    !taken && ["Result", "Taken back by a rework"],
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
