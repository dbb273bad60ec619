/** The table of all projects: their statuses, what they wait for, and their progress. */

import { each, h, icon, write } from "../dom.js";
import { shortcuts } from "../keyboard.js";
import { me } from "../me.js";
import { count } from "../labels.js";
import { announce, empty, failure, messageOf } from "../notices.js";
import { isFiltered, readAddress } from "../projects/address.js";
import { filters } from "../projects/filters.js";
import { firstProject } from "../projects/first-project.js";
import { ProjectList } from "../projects/list.js";
import { RowNavigation } from "../projects/row-navigation.js";
import { startDialog } from "../projects/start-dialog.js";
import { emptyTable, paintRow, row } from "../projects/table.js";
import { style } from "../style.js";
import { spentInWords, totalSpent } from "../usage.js";

/** @import { Filter } from "../projects/address.js" */
/** @import { Context } from "../router.js" */
/** @import { Kept } from "../projects/list.js" */

await style("progress.css");
await style("projects.css");

/** The list that was shown last, and the row in it, so that both are back at once after going back. */
let last = /** @type {{ list: Kept | null, at: string | null } | null} */ (null);

/**
 * @param {HTMLElement} root
 * @param {Context} context
 */
export function open(root, { signal, back }) {
  const list = new ProjectList(signal);
  const start = startDialog(root, signal);
  const filterForm = filters((filter) => list.filter(filter), signal);
  const number = h("span", { class: "soft numbers" });
  const cost = h("span", { class: "soft numbers", title: "The cost of the projects that are listed" });
  const errors = h("div", { class: "projects-trouble" });
  const { table, body } = emptyTable();
  const place = h("div", {}, h("p", { class: "loading" }, "Reading the projects…"));
  const more = h(
    "button",
    { type: "button", class: "load-more", hidden: true, onclick: () => list.loadMore() },
    "Load more",
  );
  const rows = new RowNavigation(body);
  root.append(
    h(
      "header",
      { class: "view-head" },
      h("h1", {}, "Projects"),
      number,
      cost,
      me.may("run") && h(
        "button",
        { type: "button", class: "primary", "aria-keyshortcuts": "n", onclick: () => start.open() },
        icon("plus"),
        "New project",
      ),
    ),
    filterForm.element,
    errors,
    table,
    place,
    more,
  );

  const shown = {
    error: /** @type {unknown} */ (null),
    nothing: /** @type {string | null} */ (null),
    count: 0,
    asked: /** @type {string | null} */ (null),
  };

  function paint() {
    showError();
    table.setAttribute("aria-busy", String(list.stale));
    if (!list.items) {
      if (list.error) place.replaceChildren();
      return;
    }
    filterForm.count(list.counts);
    rows.keepFocus(() => each(body, list.items ?? [], (item) => item.id, row, paintRow));
    table.hidden = list.items.length === 0;
    const spent = totalSpent(list.items);
    table.toggleAttribute("data-costs", spent !== null);
    write(cost, spent ? spentInWords(spent) : "");
    if (!list.stale) {
      showMore();
      showNothing();
      showCount();
    }
    shown.count = body.rows.length;
  }

  /** Show the error, if it differs from the one shown: screen readers announce it only once. */
  function showError() {
    const message = list.error && messageOf(list.error);
    if (shown.error === message) return;
    shown.error = message;
    errors.replaceChildren(...(list.error ? [failure(list.error, () => list.retry())] : []));
  }

  function showMore() {
    const pressed = document.activeElement === more;
    more.hidden = !list.more;
    if (pressed && body.rows.length > shown.count) rows.goToRow(shown.count);
  }

  function showNothing() {
    const filter = readAddress();
    const none = list.items?.length === 0;
    filterForm.element.hidden = none && !isFiltered(filter) && !list.counts?.archived;
    const key = none ? JSON.stringify(filter) : null;
    if (shown.nothing === key && !place.querySelector(".loading")) return;
    shown.nothing = key;
    place.replaceChildren(...(none ? [emptyState(filter, { start, clear: filterForm.clear, signal })] : []));
  }

  /** Show the number of projects; announce it if a filter or "Load more" has changed it. */
  function showCount() {
    const found = list.items?.length ?? 0;
    const text = `${count(found, "project")}${list.more ? ", and there are more" : ""}`;
    write(number, found ? `${found.toLocaleString()}${list.more ? "+" : ""}` : "");
    number.title = text;
    const asked = JSON.stringify([readAddress(), list.wanted]);
    if (shown.asked !== null && shown.asked !== asked) announce(found ? text : "No project matches");
    shown.asked = asked;
  }

  list.addEventListener("change", paint);
  shortcuts({
    "/": ["Search the projects", () => (filterForm.element.hidden ? false : filterForm.search.focus())],
    j: ["Next project", () => rows.move(1)],
    k: ["Previous project", () => rows.move(-1)],
    Enter: ["Open the project", () => false], // the link handles it
    ...(me.may("run") && { n: /** @type {const} */ (["New project", () => start.open()]) }),
  }, signal);
  filterForm.search.addEventListener("keydown", (event) => event.key === "ArrowDown" && rows.move(1));
  signal.addEventListener("abort", () => {
    last = { list: list.keep(), at: rows.at };
  });
  list.open(readAddress(), last?.list);
  if (back && last?.at) rows.goTo(last.at);
  start.prepare();
}

/**
 * What is shown instead of an empty list. `start` is the start dialog; `clear()` clears the filters.
 * @param {Filter} filter
 * @param {{ start: { open(example?: object): void }, clear: () => void, signal: AbortSignal }} options
 */
function emptyState(filter, { start, clear, signal }) {
  const { show, search } = filter;
  if (!isFiltered(filter)) return firstProject(start, signal);
  if (show === "waiting" && !isFiltered({ ...filter, show: "all" })) {
    return empty(
      "waiting",
      "Nothing needs a decision",
      "When a step asks for a review, its project appears here, and in the inbox.",
      h("button", { type: "button", onclick: clear }, "Show all projects"),
    );
  }
  return empty(
    "search",
    "No project matches",
    search ? `None${show === "all" ? "" : " of these"} has “${search}” in its name.` : "No project is like this.",
    h("button", { type: "button", onclick: clear }, "Clear the filters"),
  );
}
