/** The table of projects, and its rows. */

import { badge, oversightMark } from "../badges.js";
import { animate, childrenOf, find, h, icon, present, write } from "../dom.js";
import { title } from "../labels.js";
import { visible } from "../text.js";
import { inFull } from "../time.js";
import { addressWith } from "./address.js";
import { dollars, hasSpent, spentInWords } from "../usage.js";
import { noteKey, noteOf } from "./note.js";
import { paintProgress, progress } from "./progress.js";

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
      h("span", { class: "project-words" }),
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
  if (!before || wordsKey(before) !== wordsKey(item)) find(".project-words", name).replaceChildren(...words(item));
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

/** @param {ProjectItem} item */
const wordsKey = ({ owner, tags, kept_at }) => JSON.stringify([owner, tags, kept_at]);

/**
 * Whether it is kept; its owner and its tags, as links to the projects that have the same.
 * @param {ProjectItem} item
 */
const words = ({ owner, tags, kept_at: kept }) =>
  present([
    kept &&
    h("span", { class: "project-kept", title: `Never removed: kept since ${inFull(Date.parse(kept))}` }, "Kept"),
    ...wordLinks(owner, tags),
  ]);

/**
 * @param {string | null} owner
 * @param {string[]} tags
 */
const wordLinks = (owner, tags) =>
  present([owner && /** @type {const} */ (["owner", owner]), ...tags.map((tag) => /** @type {const} */ (["tag", tag]))])
    .map(([name, word]) =>
      h(
        "a",
        { class: "project-word", href: addressWith({ [name]: word }), title: title(name) },
        h("bdi", {}, visible(word)),
      )
    );

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
