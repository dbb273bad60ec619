/** The filters of the projects: by status, by a search for names, and their order. All are in the address. */

import { find, h, icon, write } from "../dom.js";
import { title } from "../labels.js";
import { push } from "../navigation.js";
import { grouped, visible } from "../text.js";
import { addressWith, NO_FILTER, ORDERS, readAddress, STATUS_FILTERS } from "./address.js";

/** @import { ProjectCounts, ProjectStatus } from "../api.d.ts" */
/** @import { Filter } from "./address.js" */

const SEARCH_DELAY = 180; // ms without a key, after which a search begins

/**
 * The filters. `changed(filter)` is called for each change; `search` is the search field.
 * @param {(filter: Filter) => void} changed
 * @param {AbortSignal} signal
 */
export function filters(changed, signal) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const search = h("input", {
    type: "search",
    "aria-label": "Search projects by name",
    placeholder: "Search by name",
    maxlength: "255",
    autocomplete: "off",
    spellcheck: "false",
    dir: "auto",
    "aria-keyshortcuts": "/",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(apply, search.value ? SEARCH_DELAY : 0);
    },
    onkeydown: (event) => {
      if (event.key === "Escape" && !search.value) search.blur();
    },
  });
  const inputs = Object.keys(STATUS_FILTERS).map((value) =>
    h("input", { type: "radio", name: "show", value, onchange: () => apply({ push: true }) })
  );
  const orders = Object.entries(ORDERS).map(([value, { word }]) => h("option", { value }, word));
  const order = h("select", { "aria-label": "Order", onchange: () => apply({ push: true }) }, orders);
  const words = h("p", { class: "project-words", hidden: true });
  const chosen = () => inputs.find((radio) => radio.checked);
  const counts = inputs.map(() => h("span", { class: "project-count numbers" }));
  const radios = Object.values(STATUS_FILTERS).map(({ word }, i) =>
    h("label", {}, inputs[i], h("span", {}, word, " ", counts[i]))
  );
  const element = h(
    "form",
    {
      class: "project-filters",
      role: "search",
      "aria-label": "Filter the projects",
      onsubmit: (event) => {
        event.preventDefault();
        apply();
      },
    },
    h("fieldset", { class: "project-shows" }, h("legend", { class: "visually-hidden" }, "Show"), radios),
    h("label", { class: "project-search" }, icon("search"), search, h("kbd", { "aria-hidden": "true" }, "/")),
    order,
    words,
  );

  function apply({ push: adds = false } = {}) {
    clearTimeout(timer);
    const address = addressWith({ show: chosen()?.value ?? "all", search: search.value.trim(), order: order.value });
    if (adds) push(address);
    else history.replaceState(history.state, "", address);
    changed(readAddress());
  }

  function fill() {
    const { show, search: text, order: by, owner, tag } = readAddress();
    order.value = by;
    const given = /** @type {["owner" | "tag", string][]} */ ([["owner", owner], ["tag", tag]]).filter(([, word]) =>
      word
    );
    words.hidden = given.length === 0;
    words.replaceChildren(...given.map(([name, word]) => wordChip(name, word)));
    for (const radio of inputs) radio.checked = radio.value === show;
    if (search.value.trim() !== text) search.value = text;
  }

  function follow() {
    fill();
    changed(readAddress());
  }

  addEventListener("querychange", follow, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  fill();
  return {
    element,
    search,
    /**
     * Show how many projects each choice has, of those that the search and the words leave.
     * @param {ProjectCounts | null} all
     */
    count(all) {
      Object.entries(STATUS_FILTERS).forEach(([name, { statuses }], i) => {
        write(counts[i], all ? numberOf(name, statuses, all) : "");
      });
    },
    clear: () => {
      push(addressWith({ ...NO_FILTER, order: order.value }));
      follow();
      find("main").focus({ preventScroll: true });
    },
  };
}

/**
 * A word that the list is filtered by, as a link to the list without it.
 * @param {"owner" | "tag"} name
 * @param {string} word
 */
const wordChip = (name, word) =>
  h(
    "a",
    { class: "badge", href: addressWith({ [name]: "" }), "aria-label": `Do not filter by the ${name} ${word}` },
    `${title(name)}: `,
    h("bdi", {}, visible(word)),
    icon("close"),
  );

/**
 * How many projects a choice has: "12", or "4,900+" if not all of them were counted.
 * @param {string} name of a choice
 * @param {ProjectStatus[]} statuses
 * @param {ProjectCounts} all
 */
export function numberOf(name, statuses, { statuses: byStatus, archived, capped = [] }) {
  const wanted = statuses.length ? statuses : /** @type {ProjectStatus[]} */ (Object.keys(byStatus));
  const isArchive = name === "archived";
  const number = isArchive ? archived : wanted.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
  const isLower = isArchive ? capped.length : wanted.some((status) => capped.includes(status));
  return isLower ? `${grouped(number < 100 ? number : number - number % 100)}+` : grouped(number);
}
