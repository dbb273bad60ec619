/** The filters of the projects: by status, by a search for names, and their order. All are in the address. */

import { find, h, icon, write } from "../dom.js";
import { push } from "../navigation.js";

/** @import { ProjectStatus } from "../api.d.ts" */

/** @typedef {{ show: string, search: string, order: string }} Filter `show` is a key of STATUS_FILTERS, `order` of ORDERS */

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
  const orders = Object.entries(ORDERS).map(([value, word]) => h("option", { value }, word));
  const order = h("select", { "aria-label": "Order", onchange: () => apply({ push: true }) }, orders);
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
  );

  function apply({ push: adds = false } = {}) {
    clearTimeout(timer);
    const address = addressWith({ show: chosen()?.value ?? "all", search: search.value.trim(), order: order.value });
    if (adds) push(address);
    else history.replaceState(history.state, "", address);
    changed(readAddress());
  }

  function fill() {
    const { show, search: text, order: by } = readAddress();
    order.value = by;
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
     * Show how many projects each choice has.
     * @param {Record<string, number>} byStatus
     */
    count(byStatus) {
      Object.values(STATUS_FILTERS).forEach(({ statuses }, i) => {
        const wanted = statuses.length ? statuses : Object.keys(byStatus);
        const number = wanted.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
        write(counts[i], number.toLocaleString());
      });
    },
    clear: () => {
      push(addressWith({ show: "all", search: "" }));
      follow();
      find("main").focus({ preventScroll: true });
    },
  };
}

/** The choices: a label, and the statuses that match (empty: all). */
/** @type {Record<string, { word: string, statuses: ProjectStatus[] }>} */
export const STATUS_FILTERS = {
  all: { word: "All", statuses: [] },
  open: { word: "Open", statuses: ["starting", "active", "waiting", "paused"] },
  waiting: { word: "Waiting for you", statuses: ["waiting"] },
  completed: { word: "Completed", statuses: ["completed"] },
  stopped: { word: "Stopped", statuses: ["rejected", "failed", "cancelled"] },
};

/** The orders of the API. @type {Record<string, string>} */
export const ORDERS = { newest: "Newest first", activity: "Latest activity", name: "By name" };

/** @returns {Filter} */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  /**
   * @param {string} name
   * @param {object} choices
   * @param {string} otherwise
   */
  const choice = (name, choices, otherwise) => {
    const value = query.get(name);
    return value !== null && Object.hasOwn(choices, value) ? value : otherwise;
  };
  return {
    show: choice("show", STATUS_FILTERS, "all"),
    search: query.get("search") ?? "",
    order: choice("order", ORDERS, "newest"),
  };
}

/**
 * The address of the list with some parts changed.
 * @param {Partial<Filter>} changes
 */
export function addressWith(changes) {
  const { show, search, order } = { ...readAddress(), ...changes };
  const query = new URLSearchParams();
  if (show !== "all") query.set("show", show);
  if (search) query.set("search", search);
  if (order !== "newest") query.set("order", order);
  return query.size ? `/projects?${query}` : "/projects";
}
