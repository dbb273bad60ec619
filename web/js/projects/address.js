/** Which projects the table shows, and in which order, as the address and as the API's query have it. */

/** @import { ProjectStatus } from "../api.d.ts" */

/**
 * `show` is a key of STATUS_FILTERS, `order` of ORDERS.
 * @typedef {{ show: string, search: string, order: string, owner: string, tag: string }} Filter
 */

/** The choices: a label, and the statuses that match (empty: all). */
/** @type {Record<string, { word: string, statuses: ProjectStatus[] }>} */
export const STATUS_FILTERS = {
  all: { word: "All", statuses: [] },
  open: { word: "Open", statuses: ["starting", "active", "waiting", "paused"] },
  waiting: { word: "Needs a decision", statuses: ["waiting"] },
  completed: { word: "Completed", statuses: ["completed"] },
  stopped: { word: "Not delivered", statuses: ["rejected", "failed", "cancelled"] },
  archived: { word: "Archived", statuses: [] },
};

/** The orders: a label, and the value of the API. @type {Record<string, { word: string, sort: string }>} */
export const ORDERS = {
  newest: { word: "Newest first", sort: "-created" },
  activity: { word: "Latest activity", sort: "-updated" },
  name: { word: "By name", sort: "name" },
};

/** @type {Filter} */
export const NO_FILTER = { show: "all", search: "", order: "newest", owner: "", tag: "" };

/** Whether a filter leaves any project out that is not archived. @param {Filter} filter */
export const isFiltered = ({ show, search, owner, tag }) => show !== "all" || Boolean(search || owner || tag);

/** The filter as the API's query. @param {Filter} filter */
export const queryOf = ({ show, search, order, owner, tag }) => ({
  status: STATUS_FILTERS[show].statuses,
  archived: show === "archived" ? "only" : null,
  search,
  owner,
  tag,
  sort: ORDERS[order].sort,
});

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
    owner: query.get("owner") ?? "",
    tag: query.get("tag") ?? "",
  };
}

/**
 * The address of the list with some parts changed.
 * @param {Partial<Filter>} changes
 */
export function addressWith(changes) {
  const filter = { ...readAddress(), ...changes };
  const parts = Object.entries(filter).filter(([name, value]) =>
    value !== NO_FILTER[/** @type {keyof Filter} */ (name)]
  );
  const query = new URLSearchParams(parts);
  return query.size ? `/projects?${query}` : "/projects";
}
