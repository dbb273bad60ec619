/** The timeline as a table of tasks, which is updated while it is open. */

import { mark } from "../badges.js";
import { each, h, write } from "../dom.js";
import { status } from "../labels.js";
import { dateFormat, inFull } from "../time.js";
import { waited, worked } from "./card.js";

/** @import { TaskPublic } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */
/** @import { Span } from "./rows.js" */

const COLUMNS = ["Step", "Agent", "Round", "Status", "Started", "Worked", "Waited for a human"];
const clock = dateFormat({
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/**
 * The table. `select(taskId)` is called for the task that a person selects.
 * @param {(taskId: string) => void} select
 * @returns {{ element: HTMLDetailsElement, update(spans: Span[], selected: string | null): void }}
 */
export function taskTable(select) {
  const heads = COLUMNS.map((column) => h("th", { scope: "col", role: "columnheader" }, column));
  const body = h("tbody", { role: "rowgroup" });
  // Explicit roles: on a narrow page, CSS lays the rows out as blocks, which removes the implicit ones.
  const table = h("table", { role: "table" }, h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body);
  const labels = { role: "region", "aria-label": "Tasks as a table" };
  const region = h("div", { class: "table-scroll", tabindex: "0", ...labels }, table);
  const element = h("details", { class: "timeline-table" }, h("summary", {}, "Tasks as a table"), region);
  /** @type {{ spans: Span[], selected: string | null }} */
  let shown = { spans: [], selected: null };
  const paint = () => {
    if (!element.open) return;
    /** @param {Span} span */
    const makeRow = ({ task }) => row(task, () => select(task.task_id));
    each(body, shown.spans, ({ task }) => task.task_id, makeRow, (line, span) => update(line, span, shown.selected));
  };
  element.addEventListener("toggle", paint);
  return {
    element,
    update(spans, selected) {
      shown = { spans, selected };
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
   * @param {string} label
   * @param {...Child} content
   */
  const cell = (label, ...content) => h("td", { role: "cell", dataset: label ? { label } : {} }, content);
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
    cell("", h("time", { datetime: task.created_at, title: inFull(began) }, clock(began))),
    cell("worked"),
    cell("waited"),
  );
}

/**
 * The status of a task, and its verdict: a task can be completed with the verdict that its subject failed.
 * @param {TaskPublic} task
 */
function statusContent({ status: value, verdict }) {
  const { word } = status("task", value);
  const failed = value === "completed" && verdict === "failed";
  const verdictText = verdict && `verdict ${verdict}`;
  return h(
    "span",
    { class: "with-mark" },
    mark("task", failed ? "failed" : value),
    [word, verdictText].filter(Boolean).join(", "),
  );
}

/**
 * @param {HTMLTableRowElement} line
 * @param {Span} span
 * @param {string | null} selected
 */
function update(line, span, selected) {
  const { task } = span;
  const [, , , state, , work, wait] = line.cells;
  const key = `${task.status} ${task.verdict ?? ""}`;
  if (state.dataset.key !== key) state.replaceChildren(statusContent(task));
  state.dataset.key = key;
  write(work, worked(span));
  write(wait, waited(span) ?? "");
  line.classList.toggle("selected", task.task_id === selected);
}
