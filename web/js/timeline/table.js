/** The timeline in words: a table of tasks, filled while it is open. */

import { mark } from "../badges.js";
import { each, h, write } from "../dom.js";
import { status } from "../labels.js";
import { inFull } from "../time.js";
import { waited, worked } from "./card.js";

/** @import { TaskPublic } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */
/** @import { Span } from "./rows.js" */

const COLUMNS = ["Stage", "Agent", "Round", "Status", "Started", "Worked", "Waited for a human"];
const clock = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/**
 * The table. `select(taskId)` is called for the task that a person chooses.
 * @param {(taskId: string) => void} select
 * @returns {{ element: HTMLDetailsElement, update(spans: Span[], selected: string | null): void }}
 */
export function taskTable(select) {
  const heads = COLUMNS.map((column) => h("th", { scope: "col", role: "columnheader" }, column));
  const body = h("tbody", { role: "rowgroup" });
  // The roles stay where a narrow page lays the rows out as blocks.
  const table = h("table", { role: "table" }, h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body);
  const says = { role: "region", "aria-label": "Tasks as a table" };
  const region = h("div", { class: "table-scroll", tabindex: "0", ...says }, table);
  const element = h("details", { class: "timeline-table" }, h("summary", {}, "Tasks as a table"), region);
  /** @type {{ spans: Span[], selected: string | null }} */
  let known = { spans: [], selected: null };
  const paint = () => {
    if (!element.open) return;
    /** @param {Span} span */
    const made = ({ task }) => row(task, () => select(task.task_id));
    each(body, known.spans, ({ task }) => task.task_id, made, (line, one) => update(line, one, known.selected));
  };
  element.addEventListener("toggle", paint);
  return {
    element,
    update(spans, selected) {
      known = { spans, selected };
      paint();
    },
  };
}

/**
 * @param {TaskPublic} task
 * @param {() => void} select
 */
function row(task, select) {
  const began = Date.parse(task.created_at);
  /**
   * @param {string} says
   * @param {...Child} content
   */
  const cell = (says, ...content) => h("td", { role: "cell", dataset: says ? { says } : {} }, content);
  return h(
    "tr",
    { role: "row" },
    h(
      "th",
      { scope: "row", role: "rowheader" },
      h("button", { type: "button", class: "link cut", onclick: select }, task.stage),
    ),
    cell("", task.agent_type),
    cell("round", String(task.round)),
    cell(""),
    cell("", h("time", { datetime: task.created_at, title: inFull(began) }, clock.format(began))),
    cell("worked"),
    cell("waited"),
  );
}

/**
 * How it ended, and what it found: a check that is completed may yet have failed what it checked.
 * @param {TaskPublic} task
 */
function standing({ status: ended, verdict }) {
  const { word } = status("task", ended);
  const failed = ended === "completed" && verdict === "failed";
  const found = verdict && `verdict ${verdict}`;
  return h(
    "span",
    { class: "with-mark" },
    mark("task", failed ? "failed" : ended),
    [word, found].filter(Boolean).join(", "),
  );
}

/**
 * @param {HTMLTableRowElement} line
 * @param {Span} one
 * @param {string | null} selected
 */
function update(line, one, selected) {
  const { task } = one;
  const [, , , state, , work, wait] = line.cells;
  const stands = `${task.status} ${task.verdict ?? ""}`;
  if (state.dataset.stands !== stands) state.replaceChildren(standing(task));
  state.dataset.stands = stands;
  write(work, worked(one));
  write(wait, waited(one) ?? "");
  line.classList.toggle("selected", task.task_id === selected);
}
