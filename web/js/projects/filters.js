/** The filters of the projects: by status, and by a search for names. Both are in the address. */

import { find, h, icon } from "../dom.js";

/** @import { ProjectStatus } from "../api.d.ts" */

/** @typedef {{ show: string, search: string }} Filter `show` is a key of STATUS_FILTERS */
/** @typedef {Filter & { starting: boolean }} AddressState */

const SEARCH_DELAY = 180; // ms without a key, after which a search begins

/**
 * The filters. `changed({show, search})` is called for each change; `search` is the search field.
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
    h("input", { type: "radio", name: "show", value, onchange: () => apply() })
  );
  const chosen = () => inputs.find((radio) => radio.checked);
  const radios = Object.values(STATUS_FILTERS).map(({ word }, i) => h("label", {}, inputs[i], h("span", {}, word)));
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
  );

  function apply() {
    clearTimeout(timer);
    replaceAddress({ show: chosen()?.value ?? "all", search: search.value.trim() });
    changed(readAddress());
  }

  function fill() {
    const { show, search: text } = readAddress();
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
    clear: () => {
      replaceAddress({ show: "all", search: "" });
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

/** `{show, search, starting}`: a key of STATUS_FILTERS, the words searched for, whether the start dialog is open. */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  const show = query.get("show");
  return {
    show: show !== null && Object.hasOwn(STATUS_FILTERS, show) ? show : "all",
    search: query.get("search") ?? "",
    starting: query.has("new"),
  };
}

/**
 * The address of the page with some parts changed.
 * @param {Partial<AddressState>} changes
 */
export function addressWith(changes) {
  const { show, search, starting } = { ...readAddress(), ...changes };
  const query = new URLSearchParams();
  if (show !== "all") query.set("show", show);
  if (search) query.set("search", search);
  if (starting) query.set("new", "");
  const text = query.toString().replace(/(^|&)new=/, "$1new");
  return text ? `/?${text}` : "/";
}

/**
 * Change the address without adding an entry to the history.
 * @param {Partial<AddressState>} changes
 */
export const replaceAddress = (changes) => history.replaceState(history.state, "", addressWith(changes));
