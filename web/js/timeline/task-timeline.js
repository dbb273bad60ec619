/**
 * `<task-timeline>`: when each agent worked on which task, and how long it waited for a human, with a table of the same
 * below. It dispatches `task-select` with the task's id as `detail`. While the project runs it grows once a second.
 */

import { h } from "../dom.js";
import { coalesced } from "../scheduling.js";
import { style } from "../style.js";
import { drawAxis, rowNames } from "./axis.js";
import { barOfTask, canvas, drawBars, findBar } from "./bars.js";
import { taskCard } from "./card.js";
import { nextBar, rows, spans } from "./rows.js";
import { taskTable } from "./table.js";
import { TimelineZoom } from "./zoom.js";

/** @import { Bar, Span } from "./rows.js" */
/** @import { RequestItem, TaskPublic } from "../api.d.ts" */
/** @import { Card } from "./card.js" */

/**
 * @typedef {object} Shown
 * @property {TaskPublic[]} tasks
 * @property {RequestItem[]} requests
 * @property {string[]} agents in the order of the rows
 * @property {boolean} ended whether the project has ended
 * @property {string | null} selected a task's id
 */

await style("timeline.css");

let lastId = 0;

export class TaskTimeline extends HTMLElement {
  /** @type {Shown} */
  #shown = { tasks: [], requests: [], agents: [], ended: false, selected: null };
  #parts = this.#build(`timeline-${lastId += 1}`);
  #width = 0;
  /** @type {Bar[]} */
  #bars = [];
  #focus = ""; // the task whose bar Tab reaches
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #observer = new ResizeObserver(() => this.#measure());
  #paintSoon = coalesced(() => {
    if (this.isConnected) this.#paint();
  });

  /** @param {Partial<Shown>} values the properties to change */
  show(values) {
    Object.assign(this.#shown, values);
    this.#paintSoon();
  }

  connectedCallback() {
    const { empty, shown, table } = this.#parts;
    if (!this.firstChild) this.append(empty, shown, table.element);
    this.#observer.observe(this);
    this.#timer = setInterval(() => this.#tick(), 1_000);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    clearInterval(this.#timer);
    this.#parts.card.hide();
  }

  /** @param {string} id */
  #build(id) {
    const drawing = canvas(id);
    const card = taskCard();
    const table = taskTable((task) => this.#select(task));
    const zoom = new TimelineZoom(id, (factor) => this.#zoomBy(factor));
    const names = h("div", { class: "timeline-names", "aria-hidden": "true" });
    const scroll = h("div", { class: "timeline-scroll" }, drawing.picture);
    const shown = h("div", { class: "timeline-shown" }, zoom.element);
    shown.append(h("div", { class: "timeline-drawing" }, names, scroll), card.element);
    const empty = h("p", { class: "soft" }, "No task has started yet. Each task will appear here as a bar.");
    this.#listen(drawing.picture, card);
    return { drawing, card, table, zoom, names, scroll, shown, empty };
  }

  /**
   * @param {SVGElement} picture
   * @param {Card} card
   */
  #listen(picture, card) {
    picture.addEventListener("pointerover", (event) => {
      const over = findBar(event);
      if (over) this.#show(over);
      else card.hideSoon();
    });
    picture.addEventListener("pointerleave", card.hideSoon);
    picture.addEventListener("click", (event) => this.#select(findBar(event)?.dataset.task));
    picture.addEventListener("keydown", (event) => this.#key(event));
    picture.addEventListener("focusin", (event) => this.#focused(findBar(event)));
    this.addEventListener("focusout", ({ relatedTarget: next }) => {
      const to = next instanceof Node ? next : null;
      if (!picture.contains(to) && !card.element.contains(to)) card.hide();
    });
    card.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      barOfTask(this.#parts.drawing, this.#focus)?.focus();
      card.hide();
    });
  }

  #measure() {
    const { shown, table, scroll } = this.#parts;
    const before = this.#width;
    if (!this.clientWidth || !this.#shown.tasks.length) return;
    // If it is too narrow for the drawing, css/timeline.css hides that; the table opens instead.
    this.#width = shown.checkVisibility() ? scroll.clientWidth : -1;
    if (this.#width === before) return;
    if (this.#width < 0) table.element.open = true;
    this.#paint();
  }

  #tick() {
    if (this.#shown.ended || document.hidden || !this.#shown.tasks.length || !this.checkVisibility()) return;
    this.#paint();
  }

  #paint() {
    const { tasks, requests, selected } = this.#shown;
    const { empty, shown, table, scroll } = this.#parts;
    empty.hidden = tasks.length > 0;
    shown.hidden = table.element.hidden = tasks.length === 0;
    if (!tasks.length) return;
    const now = Date.now(); // the same for all: open bars end at the line for the current time
    const found = spans(tasks, requests, now);
    table.update(found, selected);
    this.#width ||= scroll.clientWidth;
    if (this.#width > 0) this.#draw(found, now);
  }

  /**
   * @param {Span[]} found
   * @param {number} now
   */
  #draw(found, now) {
    const { tasks, agents, ended, selected } = this.#shown;
    const { drawing, names, scroll, zoom } = this.#parts;
    const scale = zoom.scale(found, now, { ended, room: this.#width });
    const placed = rows(found, agents.filter((agent) => tasks.some((task) => task.agent_type === agent)), scale);
    const atEnd = scroll.scrollLeft + scroll.clientWidth >= scroll.scrollWidth - 4;
    drawAxis(drawing, scale, placed, ended);
    if (!tasks.some((task) => task.task_id === this.#focus)) this.#focus = selected ?? tasks[0].task_id;
    this.#bars = drawBars(drawing, placed, { selected, focus: this.#focus });
    names.replaceChildren(...rowNames(placed));
    if (atEnd) scroll.scrollLeft = scroll.scrollWidth;
    zoom.update(scale);
  }

  /** Zoom by a factor around the middle of what is visible; without a factor, only paint again. */
  #zoomBy(factor = 1) {
    const { scroll, zoom } = this.#parts;
    const middle = (scroll.scrollLeft + scroll.clientWidth / 2) / scroll.scrollWidth;
    zoom.enlarge(factor);
    this.#paint();
    if (factor !== 1) scroll.scrollLeft = middle * scroll.scrollWidth - scroll.clientWidth / 2;
  }

  /** @param {string | undefined} id */
  #select(id) {
    if (!id) return;
    this.#focus = id;
    this.dispatchEvent(new CustomEvent("task-select", { detail: id, bubbles: true }));
  }

  /** @param {SVGElement | null} bar */
  #focused(bar) {
    if (!bar) return;
    barOfTask(this.#parts.drawing, this.#focus)?.setAttribute("tabindex", "-1");
    this.#focus = bar.dataset.task ?? "";
    bar.setAttribute("tabindex", "0");
    bar.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#show(bar);
  }

  /** @param {SVGElement} bar */
  #show(bar) {
    const { card, scroll } = this.#parts;
    const found = this.#bars.find(({ span }) => span.task.task_id === bar.dataset.task);
    if (found) card.show(bar, found.span, scroll);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = this.#bars.findIndex((bar) => bar.span.task.task_id === this.#focus);
    const next = nextBar(event.key, this.#bars, at, this.#shown.agents);
    if (next) barOfTask(this.#parts.drawing, next.span.task.task_id)?.focus();
    else if (event.key === "Enter" || event.key === " ") this.#select(this.#focus);
    else if (event.key === "+" || event.key === "-") this.#zoomBy(event.key === "+" ? 2 : 0.5);
    else if (event.key === "Escape") this.#parts.card.hide();
    else return;
    event.preventDefault();
  }
}

customElements.define("task-timeline", TaskTimeline);
