/** The table of projects, and its rows. */

import { badge, oversightMark } from "../badges.js";
import { animate, childrenOf, find, h, icon, present, write } from "../dom.js";
import { visible } from "../text.js";
import { dollars, hasSpent, spentInWords } from "../usage.js";
import { noteKey, noteOf } from "./note.js";

/** @import { ProjectItem } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */

const painted = new WeakMap();

const COLUMNS = ["Status", "Project", "Now", "Steps", "Pipeline", "Cost", "Last activity"];

export function emptyTable() {
  const body = h("tbody", { role: "rowgroup" });
  const table = h(
    "table",
    { class: "projects", role: "table", "aria-label": "Projects", hidden: true },
    h(
      "thead",
      { role: "rowgroup" },
      h("tr", { role: "row" }, COLUMNS.map((word) => h("th", { role: "columnheader", scope: "col" }, word))),
    ),
    body,
  );
  return { table, body };
}

/** @param {ProjectItem} item */
export function row(item) {
  return h(
    "tr",
    { class: "project-row", role: "row" },
    cell("status"),
    h(
      "th",
      { class: "project-name", role: "rowheader", scope: "row" },
      h("a", { href: `/projects/${item.id}`, dir: "auto" }),
    ),
    cell("note"),
    cell("progress", progress()),
    cell("pipeline"),
    cell("cost"),
    cell("when", h("time-ago", { datetime: item.updated_at })),
  );
}

/**
 * @param {string} name
 * @param {...Child} children
 */
const cell = (name, ...children) => h("td", { class: `project-${name}`, role: "cell" }, ...children);

/**
 * Show a project in its row. Only what differs is changed, so that a tooltip or a selection stays.
 * @param {HTMLElement} element
 * @param {ProjectItem} item
 */
export function paintRow(element, item) {
  const before = painted.get(element);
  painted.set(element, item);
  const [status, name, note, stages, pipeline, cost, when] = childrenOf(element);
  const link = find("a", name);
  if (before?.status !== item.status) {
    status.replaceChildren(badge("project", item.status));
    if (before) animate(status, "changed");
  }
  link.title = visible(item.name);
  write(link, link.title);
  if (!before || noteKey(before) !== noteKey(item)) note.replaceChildren(...noteOf(item));
  paintProgress(childrenOf(stages)[0], item);
  if (!before) {
    pipeline.replaceChildren(
      ...present([
        h("span", { class: "cut", title: item.pipeline }, item.pipeline),
        oversightMark(item.oversight),
        crewMark(item),
      ]),
    );
  }
  write(cost, hasSpent(item.spent) ? dollars(item.spent.usd) : "");
  cost.title = cost.textContent && spentInWords(item.spent);
  childrenOf(when)[0].setAttribute("datetime", item.updated_at);
}

/**
 * The model of a project that asks one. A rehearsal has an icon.
 * @param {ProjectItem} item
 */
function crewMark({ is_rehearsal: rehearses, model, crew }) {
  if (rehearses) {
    const hidden = h("span", { class: "visually-hidden" }, "Rehearsal");
    return h("span", { class: "project-crew faint", title: "Rehearsal: no model is asked" }, icon("rehearsal"), hidden);
  }
  const name = visible(model ?? crew);
  return h("span", { class: "project-crew faint cut", dir: "auto", title: `Crew: ${name}` }, name);
}

export function progress() {
  return h(
    "div",
    { class: "stage-progress" },
    h("div", { class: "stage-progress-bar", role: "progressbar", "aria-label": "Steps", "aria-valuemin": "0" }),
    h("span", { class: "stage-progress-text", "aria-hidden": "true" }),
  );
}

/**
 * @param {HTMLElement} element
 * @param {ProjectItem} project
 */
export function paintProgress(element, { progress: { done, total }, phase, status }) {
  const [bar, text] = childrenOf(element);
  while (bar.childElementCount < total) bar.append(h("i"));
  childrenOf(bar).forEach((segment, index) => {
    segment.dataset.state = index < done ? "done" : index === done ? "now" : "ahead";
  });
  const words = `${done} of ${total} steps done`;
  bar.setAttribute("aria-valuemax", String(total));
  bar.setAttribute("aria-valuenow", String(done));
  bar.setAttribute("aria-valuetext", words);
  bar.title = phase ? `${words}; the latest: ${phase}` : words;
  element.dataset.status = status;
  write(text, `${done}/${total}`);
}
