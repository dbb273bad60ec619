/** The list of a project's artifacts by type: a row for each name, with its newest version. */

import { animate, childrenOf, each, h, icon } from "../dom.js";
import { title } from "../labels.js";
import { comparable, visible } from "../text.js";
import { isNamed, kindOf, nameOf } from "./name.js";
import { authorMark } from "./provenance.js";
import { isAdded, newest } from "./versions.js";

/** @import { ArtifactGroup, TypeSection } from "./versions.js" */

/** A search field is shown from this many artifacts. */
const SEARCH_FROM = 12;

export class ArtifactList {
  #choose;
  /** @type {WeakMap<Element, ArtifactGroup>} the artifact of each row */
  #groups = new WeakMap();
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
  #noMatch = h("p", { class: "soft artifact-none", hidden: true }, "No artifact has this name.");
  element = h("div", { class: "artifact-aside" }, this.#search, this.#list, this.#noMatch);
  /** Called when the reader types in the search field; paint() then shows the matches. */
  onsearch = () => {};

  /** @param {(group: ArtifactGroup) => void} choose called when the reader selects a row */
  constructor(choose) {
    this.#choose = choose;
  }

  /**
   * `painted` holds the ids of the versions that were shown before, or is null the first time.
   * @param {TypeSection[]} sections
   * @param {ArtifactGroup | undefined} selected
   * @param {Set<string> | null} painted
   */
  paint(sections, selected, painted) {
    this.#search.hidden = sections.flatMap((section) => section.artifactGroups).length < SEARCH_FROM;
    const wanted = this.#search.hidden ? "" : comparable(this.#search.value.trim());
    const matching = sections
      .map(({ type, artifactGroups }) => ({ type, groups: artifactGroups.filter((group) => matches(group, wanted)) }))
      .filter(({ groups }) => groups.length);
    this.#noMatch.hidden = matching.length > 0;
    each(this.#list, matching, ({ type }) => type, makeSection, (element, { groups }) => {
      each(element, groups, (group) => group.key, makeRow, (row, group) => {
        this.#groups.set(row, group);
        paintRow(row, group, group === selected, painted);
      });
    });
    // Tab reaches the selected row, or the first one if a search hides it.
    /** @type {HTMLElement | null} */
    const tabStop = this.#list.querySelector("[tabindex='0']") ?? this.#list.querySelector("[role=option]");
    if (tabStop) tabStop.tabIndex = 0;
  }

  /** Scroll the selected row into view. */
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
    const group = this.#groups.get(row);
    if (group) this.#choose(group);
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
 * @param {ArtifactGroup} group
 * @param {string} wanted
 */
const matches = ({ type, name }, wanted) => comparable(`${type.replaceAll("_", " ")} ${name}`).includes(wanted);

/** @param {{ type: string }} section */
const makeSection = ({ type }) => h("div", { role: "group", "aria-label": title(type) });

/** @param {ArtifactGroup} group */
function makeRow(group) {
  return h(
    "div",
    { role: "option", class: "artifact-row", tabindex: "-1" },
    h("span", { class: "artifact-name cut", dir: "auto", title: nameOf(group) }, nameOf(group)),
    h("span", { class: "artifact-mark" }),
    h("span", { class: "artifact-facts cut" }),
  );
}

/** @type {WeakMap<Element, string>} the newest version that each row shows, and whether it is accepted */
const shownVersions = new WeakMap();

/**
 * @param {HTMLElement} element
 * @param {ArtifactGroup} group
 * @param {boolean} selected
 * @param {Set<string> | null} painted
 */
function paintRow(element, group, selected, painted) {
  element.setAttribute("aria-selected", String(selected));
  if (selected !== (element.tabIndex === 0)) element.tabIndex = selected ? 0 : -1;
  const version = newest(group);
  const shown = `${version.artifact_id} ${version.accepted_at}`;
  if (shownVersions.get(element) === shown) return;
  if (painted && !painted.has(version.artifact_id)) animate(element, "fresh");
  shownVersions.set(element, shown);
  const [, mark, facts] = childrenOf(element);
  const accepted = isAdded(version) ? "context" : version.accepted_at ? "accepted" : "not accepted";
  mark.replaceChildren(isAdded(version) ? "" : icon(version.accepted_at ? "completed" : "pending"));
  mark.title = title(accepted);
  mark.classList.toggle("accepted", Boolean(version.accepted_at));
  const type = isNamed(group) ? `${kindOf(group)} · ` : "";
  facts.replaceChildren(`${type}v${version.version} · `, authorMark(version), h("bdi", {}, visible(version.author)));
  const authorship = `version ${version.version} by ${visible(version.author)}`;
  element.setAttribute("aria-label", `${nameOf(group)}, ${authorship}, ${accepted}`);
}
