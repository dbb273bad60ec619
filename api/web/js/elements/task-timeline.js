/**
 * `<task-timeline>`: when each agent worked on which task, and how long it waited for a human.
 *
 * Properties: `tasks` (TaskPublic), `requests` (RequestItem), `agents` (names, the order of the rows), `ended` (whether
 * the project has) and `selected` (a task's id). It dispatches `task-select` with the task's id as `detail`. While the
 * project lasts it grows by itself, at most once a second. The same is told in words by a table below.
 */

import { h, write } from "../dom.js";
import { card } from "./timeline-card.js";
import { canvas, drawAxis, drawBars, HEAD } from "./timeline-drawing.js";
import { rows, spans } from "./timeline-rows.js";
import { needsCompressing, timeScale } from "./timeline-scale.js";
import { taskTable } from "./timeline-table.js";

const MOST_ZOOM = 64;
const EDGE = 14; // px right of the scale, for the word "now"

let made = 0;

class TaskTimeline extends HTMLElement {
  #given = { tasks: [], requests: [], agents: [], ended: false, selected: null };
  #id = `timeline-${(made += 1)}`;
  #parts;
  #room = 0;
  #zoom = 1;
  #mode = null; // "compressed" or "even" once somebody has chosen, else as it is needed
  #needed = false;
  #bars = [];
  #focus = null;
  #asked = false;
  #clock;
  #observer;
  #hiding;

  static {
    for (const name of ["tasks", "requests", "agents", "ended", "selected"]) {
      Object.defineProperty(this.prototype, name, {
        get() { return this.#given[name]; },
        set(value) {
          this.#given[name] = value;
          this.#ask();
        },
      });
    }
  }

  connectedCallback() {
    this.#parts ??= this.#build();
    this.#observer = new ResizeObserver(() => this.#measure());
    this.#observer.observe(this);
    this.#clock = setInterval(() => this.#tick(), 1_000);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    clearInterval(this.#clock);
    this.#hide();
  }

  #build() {
    const drawing = canvas(this.#id);
    const radio = (value, text) => h("label", {}, h("input", { type: "radio", name: this.#id, value, onchange: () => this.#choose(value) }), text);
    const button = (text, name, action) => h("button", { type: "button", class: "icon-button", "aria-label": name, title: name, onclick: action }, text);
    const zooms = [
      button("−", "Zoom out", () => this.#enlarge(this.#zoom / 2)),
      button("+", "Zoom in", () => this.#enlarge(this.#zoom * 2)),
    ];
    const tools = h("div", { class: "timeline-tools" },
      h("fieldset", { class: "segments" }, h("legend", { class: "visually-hidden" }, "Scale of time"), radio("compressed", "Compressed"), radio("even", "To scale")),
      h("div", { class: "buttons" }, zooms),
      h("p", { class: "timeline-legend", "aria-hidden": "true" },
        h("span", { class: "key-work" }, "an agent works"), h("span", { class: "key-wait" }, "a human is waited for"), h("span", { class: "key-gate" }, "a gate asks, and is answered")));
    const names = h("div", { class: "timeline-names", "aria-hidden": "true" });
    const scroll = h("div", { class: "timeline-scroll" }, drawing.picture);
    const popover = h("div", { class: "timeline-card", popover: "manual" });
    const table = taskTable((id) => this.#select(id));
    const empty = h("p", { class: "soft timeline-empty" }, "No task has begun yet. Each one will stand here as a bar.");
    const shown = h("div", { class: "timeline-shown" }, tools, h("div", { class: "timeline-drawing" }, names, scroll), popover);
    this.append(empty, shown, table.element);
    this.#listen(drawing.picture, popover);
    return { drawing, tools, zooms, names, scroll, popover, table, empty, shown };
  }

  #listen(picture, popover) {
    const bar = (event) => event.target.closest?.(".task-bar");
    picture.addEventListener("pointerover", (event) => (bar(event) ? this.#show(bar(event)) : this.#hideSoon()));
    picture.addEventListener("pointerleave", () => this.#hideSoon());
    popover.addEventListener("pointerenter", () => clearTimeout(this.#hiding));
    popover.addEventListener("pointerleave", () => this.#hideSoon());
    picture.addEventListener("focusin", (event) => this.#focusOn(bar(event)));
    this.addEventListener("focusout", ({ relatedTarget }) => !popover.contains(relatedTarget) && !bar({ target: relatedTarget ?? this }) && this.#hide());
    picture.addEventListener("click", (event) => bar(event) && this.#select(bar(event).dataset.task));
    picture.addEventListener("keydown", (event) => this.#key(event));
    popover.addEventListener("click", () => this.#hide());
    popover.addEventListener("keydown", (event) => event.key === "Escape" && this.#leave());
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      if (this.#parts && this.isConnected) this.#paint();
    });
  }

  #measure() {
    const before = this.#room;
    // Too narrow to draw on: css/timeline.css leaves the table, and it opens.
    if (!this.clientWidth || !this.#given.tasks.length) return;
    if (!this.#parts.shown.checkVisibility()) {
      if (before < 0) return;
      this.#parts.table.element.open = true;
      this.#room = -1;
      return;
    }
    const room = this.#parts.scroll.clientWidth;
    if (room === before) return;
    this.#room = room;
    this.#paint();
  }

  /** Time has passed: that shows once it is a pixel's worth. */
  #tick() {
    if (this.#given.ended || document.hidden || !this.#given.tasks.length || !this.checkVisibility()) return;
    this.#paint();
  }

  #paint() {
    const { tasks, requests, agents, ended, selected } = this.#given;
    const { drawing, empty, shown, table, names, scroll, zooms, tools } = this.#parts;
    empty.hidden = tasks.length > 0;
    shown.hidden = table.element.hidden = tasks.length === 0;
    if (!tasks.length) return;
    const now = Date.now();
    const found = spans(tasks, requests, now);
    table.update(found, selected);
    if (!this.#room) this.#room = scroll.clientWidth;
    if (this.#room <= 0) return;
    const from = found.reduce((least, one) => Math.min(least, one.from), Infinity);
    const last = found.reduce((most, one) => Math.max(most, one.to), -Infinity);
    const to = ended ? last : Math.max(last, now);
    // Once compressing was needed it stays, so that the axis does not jump to and fro.
    this.#needed ||= needsCompressing(found.map((one) => one.worked - one.from), to - from, this.#room);
    const compressed = this.#mode ? this.#mode === "compressed" : this.#needed;
    const width = this.#room * this.#zoom - EDGE - (ended ? 0 : EDGE);
    const moments = found.flatMap((one) => [one.from, one.worked, one.to]);
    const scale = timeScale({ from, to, width, moments, compressed });
    const placed = rows(found, agents.filter((agent) => tasks.some((task) => task.agent_type === agent)), scale);
    const atEnd = scroll.scrollLeft + scroll.clientWidth >= scroll.scrollWidth - 4;
    drawAxis(drawing, scale, placed, ended);
    if (!tasks.some((task) => task.task_id === this.#focus)) this.#focus = selected ?? tasks[0].task_id;
    this.#bars = drawBars(drawing, placed, { chosen: selected, focus: this.#focus });
    this.#label(names, placed);
    if (atEnd) scroll.scrollLeft = scroll.scrollWidth;
    for (const input of tools.querySelectorAll("input")) input.checked = (input.value === "compressed") === compressed;
    zooms[0].disabled = this.#zoom <= 1;
    zooms[1].disabled = this.#zoom >= MOST_ZOOM;
  }

  #label(names, placed) {
    names.replaceChildren(...placed.map((row) => {
      const name = h("span", { class: "cut" }, row.agent);
      name.style.setProperty("top", `${HEAD + row.top}px`);
      name.style.setProperty("height", `${row.height}px`);
      return name;
    }));
  }

  #choose(mode) {
    this.#mode = mode;
    this.#paint();
  }

  #enlarge(zoom) {
    const { scroll } = this.#parts;
    const middle = (scroll.scrollLeft + scroll.clientWidth / 2) / scroll.scrollWidth;
    this.#zoom = Math.min(MOST_ZOOM, Math.max(1, zoom));
    this.#paint();
    scroll.scrollLeft = middle * scroll.scrollWidth - scroll.clientWidth / 2;
  }

  #select(id) {
    this.#focus = id;
    this.dispatchEvent(new CustomEvent("task-select", { detail: id, bubbles: true }));
  }

  #element = (id) => this.#parts.drawing.bars.querySelector(`[data-task="${CSS.escape(id)}"]`);

  #focusOn(element) {
    if (!element) return;
    this.#element(this.#focus)?.setAttribute("tabindex", "-1");
    this.#focus = element.dataset.task;
    element.setAttribute("tabindex", "0");
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.#show(element);
  }

  #key(event) {
    const at = this.#bars.findIndex((bar) => bar.span.task.task_id === this.#focus);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.#bars.length - 1, ArrowDown: this.#beside(at, 1), ArrowUp: this.#beside(at, -1) }[event.key];
    if (to !== undefined) this.#element(this.#bars[to]?.span.task.task_id ?? this.#focus)?.focus();
    else if (event.key === "Enter" || event.key === " ") this.#select(this.#focus);
    else if (event.key === "+") this.#enlarge(this.#zoom * 2);
    else if (event.key === "-") this.#enlarge(this.#zoom / 2);
    else if (event.key === "Escape") this.#hide();
    else return;
    event.preventDefault();
  }

  /** The bar nearest to bar `at` in the next row up or down. */
  #beside(at, step) {
    const { span, x } = this.#bars[at];
    const order = this.#given.agents.filter((agent) => this.#bars.some((bar) => bar.span.task.agent_type === agent));
    const wanted = order[order.indexOf(span.task.agent_type) + step];
    let best = -1;
    this.#bars.forEach((bar, i) => {
      if (bar.span.task.agent_type === wanted && (best < 0 || Math.abs(bar.x - x) < Math.abs(this.#bars[best].x - x))) best = i;
    });
    return best;
  }

  #show(element) {
    clearTimeout(this.#hiding);
    const bar = this.#bars.find((one) => one.span.task.task_id === element.dataset.task);
    if (!bar) return;
    const { popover, scroll } = this.#parts;
    popover.replaceChildren(...card(bar.span));
    popover.showPopover();
    const [of, room, size] = [element.getBoundingClientRect(), scroll.getBoundingClientRect(), popover.getBoundingClientRect()];
    const left = Math.max(room.left, of.left);
    const below = of.bottom + 6 + size.height < innerHeight;
    popover.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`);
    popover.style.setProperty("top", `${below ? of.bottom + 6 : Math.max(8, of.top - size.height - 6)}px`);
  }

  #hide() {
    clearTimeout(this.#hiding);
    if (this.#parts?.popover.matches(":popover-open")) this.#parts.popover.hidePopover();
  }

  #hideSoon() {
    clearTimeout(this.#hiding);
    this.#hiding = setTimeout(() => this.#hide(), 150);
  }

  /** Out of the card, back to its bar. */
  #leave() {
    this.#element(this.#focus)?.focus();
    this.#hide();
  }
}

customElements.define("task-timeline", TaskTimeline);
