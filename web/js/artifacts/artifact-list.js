/** The list of a project's artifacts, grouped by type: a row for each name, with its newest version. */

import { animate, each, h, icon, parts } from "../dom.js";
import { title } from "../labels.js";
import { comparable, visible } from "../text.js";
import { authorMark, nameOf } from "./provenance.js";
import { newest } from "./versions.js";

/** @import { Group, Work } from "./versions.js" */

/** A search field is shown from this many artifacts. */
const SEARCH_FROM = 12;

export class ArtifactList {
  #choose;
  /** @type {WeakMap<Element, Work>} */
  #works = new WeakMap();
  #search = h("input", {
    type: "search",
    placeholder: "Find an artifact",
    "aria-label": "Find an artifact",
    hidden: true,
    oninput: () => this.onsearch(),
  });
  #list = h("div", {
    role: "listbox",
    "aria-label": "Artifacts",
    class: "artifact-list",
    onclick: (event) => this.#click(event),
    onkeydown: (event) => this.#key(event),
  });
  #none = h("p", { class: "soft artifact-none", hidden: true }, "No artifact has such a name.");
  element = h("div", { class: "artifact-aside" }, this.#search, this.#list, this.#none);
  /** Called when the reader searches; paint() then shows what matches. */
  onsearch = () => {};

  /** @param {(work: Work) => void} choose called when the reader picks a row */
  constructor(choose) {
    this.#choose = choose;
  }

  /**
   * `known` holds the ids of the versions that were shown before, or is null the first time.
   * @param {Group[]} groups
   * @param {Work | undefined} chosen
   * @param {Set<string> | null} known
   */
  paint(groups, chosen, known) {
    this.#search.hidden = groups.flatMap((group) => group.works).length < SEARCH_FROM;
    const wanted = this.#search.hidden ? "" : comparable(this.#search.value.trim());
    const matching = groups
      .map(({ type, works }) => ({ type, works: works.filter((work) => matches(work, wanted)) }))
      .filter((group) => group.works.length);
    this.#none.hidden = matching.length > 0;
    each(this.#list, matching, (group) => group.type, makeGroup, (element, group) => {
      each(element, group.works, (work) => work.key, makeRow, (row, work) => {
        this.#works.set(row, work);
        paintRow(row, work, work === chosen, known);
      });
    });
    // Tab stops at the chosen row; where a search hides it, at the first one.
    /** @type {HTMLElement | null} */
    const stop = this.#list.querySelector("[tabindex='0']") ?? this.#list.querySelector("[role=option]");
    if (stop) stop.tabIndex = 0;
  }

  /** Scroll the chosen row into view. */
  reveal() {
    this.#list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {MouseEvent} event */
  #click({ target }) {
    const row = target instanceof Element && target.closest("[role=option]");
    if (row instanceof HTMLElement) this.#pick(row);
  }

  /** @param {HTMLElement} row */
  #pick(row) {
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    const work = this.#works.get(row);
    if (work) this.#choose(work);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const rows = [...this.#list.querySelectorAll("[role=option]")];
    const at = rows.findIndex((row) => event.target instanceof Node && row.contains(event.target));
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 };
    if (at < 0 || !(event.key in moves) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = rows[moves[event.key]];
    if (next instanceof HTMLElement) this.#pick(next);
  }
}

/**
 * @param {Work} work
 * @param {string} wanted
 */
const matches = ({ type, name }, wanted) => comparable(`${type.replaceAll("_", " ")} ${name}`).includes(wanted);

/** @param {Group} group */
const makeGroup = (group) => h("div", { role: "group", "aria-label": title(group.type) });

/** @param {Work} work */
function makeRow(work) {
  return h(
    "div",
    { role: "option", class: "artifact-row", tabindex: "-1" },
    h("span", { class: "artifact-name cut", dir: "auto", title: visible(work.name) }, nameOf(work)),
    h("span", { class: "artifact-mark" }),
    h("span", { class: "artifact-facts cut" }),
  );
}

/** @type {WeakMap<Element, string>} what each row shows of its newest version */
const painted = new WeakMap();

/**
 * @param {HTMLElement} element
 * @param {Work} work
 * @param {boolean} chosen
 * @param {Set<string> | null} known
 */
function paintRow(element, work, chosen, known) {
  element.setAttribute("aria-selected", String(chosen));
  if (chosen !== (element.tabIndex === 0)) element.tabIndex = chosen ? 0 : -1;
  const version = newest(work);
  const shown = `${version.artifact_id} ${version.accepted_at}`;
  if (painted.get(element) === shown) return;
  if (known && !known.has(version.artifact_id)) animate(element, "fresh");
  painted.set(element, shown);
  const [, mark, facts] = parts(element);
  const accepted = version.accepted_at ? "accepted" : "not accepted";
  mark.replaceChildren(icon(version.accepted_at ? "completed" : "pending"));
  mark.title = title(accepted);
  mark.classList.toggle("accepted", Boolean(version.accepted_at));
  const type = work.name === work.type ? "" : `${title(work.type)} · `;
  facts.replaceChildren(`${type}v${version.version} · `, authorMark(version), h("bdi", {}, visible(version.author)));
  const wrote = `version ${version.version} by ${visible(version.author)}`;
  element.setAttribute("aria-label", `${nameOf(work)}, ${wrote}, ${accepted}`);
}
