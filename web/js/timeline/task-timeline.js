/**
 * `<task-timeline>`: when each agent worked on which task, and how long it waited for a human.
 *
 * Properties: `tasks` (TaskPublic), `requests` (RequestItem), `agents` (names, the order of the rows), `ended` (whether
 * the project has) and `selected` (a task's id). It dispatches `task-select` with the task's id as `detail`. While the
 * project lasts it grows by itself, once a second. The same is told in words by a table below.
 */

import { h } from "../dom.js";
import { coalesced } from "../scheduling.js";
import { style } from "../style.js";
import { drawAxis, HEAD } from "./axis.js";
import { canvas, drawBars } from "./bars.js";
import { taskCard } from "./card.js";
import { ledTo, rows, spans } from "./rows.js";
import { taskTable } from "./table.js";
import { TimelineZoom } from "./zoom.js";

await style("timeline.css");

let made = 0;

class TaskTimeline extends HTMLElement {
  #given = { tasks: [], requests: [], agents: [], ended: false, selected: null };
  #parts;
  #room = 0;
  #bars = [];
  #focus = null; // the task whose bar Tab leads to
  #clock;
  #observer;

  #paintSoon = coalesced(() => {
    if (this.#parts && this.isConnected) this.#paint();
  });

  /** Set some of the properties. */
  show(values) {
    Object.assign(this.#given, values);
    this.#paintSoon();
  }

  connectedCallback() {
    this.#parts ??= this.#build(`timeline-${(made += 1)}`);
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(this);
    this.#clock = setInterval(() => this.#tick(), 1_000);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    clearInterval(this.#clock);
    this.#parts.card.hide();
  }

  #build(id) {
    const drawing = canvas(id);
    const card = taskCard();
    const table = taskTable((task) => this.#select(task));
    const zoom = new TimelineZoom(id, (times) => this.#enlarge(times));
    const names = h("div", { class: "timeline-names", "aria-hidden": "true" });
    const scroll = h("div", { class: "timeline-scroll" }, drawing.picture);
    const shown = h("div", { class: "timeline-shown" },
      zoom.element, h("div", { class: "timeline-drawing" }, names, scroll), card.element);
    const empty = h("p", { class: "soft" }, "No task has begun yet. Each one will stand here as a bar.");
    this.append(empty, shown, table.element);
    this.#listen(drawing.picture, card);
    return { drawing, card, table, zoom, names, scroll, shown, empty };
  }

  #listen(picture, card) {
    const bar = (event) => event.target.closest?.(".task-bar");
    picture.addEventListener("pointerover", (event) => (bar(event) ? this.#show(bar(event)) : card.hideSoon()));
    picture.addEventListener("pointerleave", card.hideSoon);
    picture.addEventListener("click", (event) => bar(event) && this.#select(bar(event).dataset.task));
    picture.addEventListener("keydown", (event) => this.#key(event));
    picture.addEventListener("focusin", (event) => this.#focused(bar(event)));
    this.addEventListener("focusout", ({ relatedTarget: next }) => {
      if (!picture.contains(next) && !card.element.contains(next)) card.hide();
    });
    card.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.#bar(this.#focus)?.focus();
      card.hide();
    });
  }

  #measure() {
    const { shown, table, scroll } = this.#parts;
    const before = this.#room;
    if (!this.clientWidth || !this.#given.tasks.length) return;
    // Too narrow to draw on, css/timeline.css leaves the table; it opens then.
    this.#room = shown.checkVisibility() ? scroll.clientWidth : -1;
    if (this.#room === before) return;
    if (this.#room < 0) table.element.open = true;
    this.#paint();
  }

  #tick() {
    if (this.#given.ended || document.hidden || !this.#given.tasks.length || !this.checkVisibility()) return;
    this.#paint();
  }

  #paint() {
    const { tasks, requests, selected } = this.#given;
    const { empty, shown, table, scroll } = this.#parts;
    empty.hidden = tasks.length > 0;
    shown.hidden = table.element.hidden = tasks.length === 0;
    if (!tasks.length) return;
    // One now for all of it: an open bar ends where the line for now stands.
    const now = Date.now();
    const found = spans(tasks, requests, now);
    table.update(found, selected);
    this.#room ||= scroll.clientWidth;
    if (this.#room > 0) this.#draw(found, now);
  }

  #draw(found, now) {
    const { tasks, agents, ended, selected } = this.#given;
    const { drawing, names, scroll, zoom } = this.#parts;
    const scale = zoom.scale(found, now, { ended, room: this.#room });
    const placed = rows(found, agents.filter((agent) => tasks.some((task) => task.agent_type === agent)), scale);
    const atEnd = scroll.scrollLeft + scroll.clientWidth >= scroll.scrollWidth - 4;
    drawAxis(drawing, scale, placed, ended);
    if (!tasks.some((task) => task.task_id === this.#focus)) this.#focus = selected ?? tasks[0].task_id;
    this.#bars = drawBars(drawing, placed, { chosen: selected, focus: this.#focus });
    names.replaceChildren(...placed.map(({ agent, top, height }) =>
      h("span", { class: "cut", style: { top: `${HEAD + top}px`, height: `${height}px` } }, agent)));
    if (atEnd) scroll.scrollLeft = scroll.scrollWidth;
    zoom.update(scale);
  }

  /** Zoom around the middle of what is shown; without a number, paint at another scale. */
  #enlarge(times = 1) {
    const { scroll, zoom } = this.#parts;
    const middle = (scroll.scrollLeft + scroll.clientWidth / 2) / scroll.scrollWidth;
    zoom.enlarge(times);
    this.#paint();
    if (times !== 1) scroll.scrollLeft = middle * scroll.scrollWidth - scroll.clientWidth / 2;
  }

  #select(id) {
    this.#focus = id;
    this.dispatchEvent(new CustomEvent("task-select", { detail: id, bubbles: true }));
  }

  #bar(id) {
    return this.#parts.drawing.bars.querySelector(`[data-task="${CSS.escape(id)}"]`);
  }

  #focused(bar) {
    if (!bar) return;
    this.#bar(this.#focus)?.setAttribute("tabindex", "-1");
    this.#focus = bar.dataset.task;
    bar.setAttribute("tabindex", "0");
    bar.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#show(bar);
  }

  #show(bar) {
    const { card, scroll } = this.#parts;
    const found = this.#bars.find((one) => one.span.task.task_id === bar.dataset.task);
    if (found) card.show(bar, found.span, scroll);
  }

  #key(event) {
    const at = this.#bars.findIndex((bar) => bar.span.task.task_id === this.#focus);
    const next = ledTo(event.key, this.#bars, at, this.#given.agents);
    if (next) this.#bar(next.span.task.task_id).focus();
    else if (event.key === "Enter" || event.key === " ") this.#select(this.#focus);
    else if (event.key === "+" || event.key === "-") this.#enlarge(event.key === "+" ? 2 : 0.5);
    else if (event.key === "Escape") this.#parts.card.hide();
    else return;
    event.preventDefault();
  }
}

customElements.define("task-timeline", TaskTimeline);
