/** Every project in a row: its status, what it waits for, and its progress. */

import { each, h, icon, write } from "../dom.js";
import { shortcuts } from "../keyboard.js";
import { count } from "../labels.js";
import { announce, empty, failure, messageOf } from "../notices.js";
import { pipelinePreview, PREFERRED } from "../pipeline/preview.js";
import { EXAMPLE } from "../projects/brief.js";
import { filters, readAddress } from "../projects/filters.js";
import { ProjectList } from "../projects/list.js";
import { RowNavigation } from "../projects/row-navigation.js";
import { startDialog } from "../projects/start-dialog.js";
import { emptyTable, paintRow, row } from "../projects/table.js";
import { style } from "../style.js";

/** @import { Filter } from "../projects/filters.js" */
/** @import { Context } from "../router.js" */
/** @import { Kept } from "../projects/list.js" */

await style("projects.css");

/** What was shown last, so that coming back shows it at once and where it was. */
let last = /** @type {{ list: Kept | null, at: string | null } | null} */ (null);

/**
 * @param {HTMLElement} root
 * @param {Context} context
 */
export function open(root, { signal, back }) {
  const list = new ProjectList(signal);
  const start = startDialog(root, signal);
  const chosen = filters((filter) => list.filter(filter), signal);
  const number = h("span", { class: "soft numbers" });
  const errors = h("div", { class: "projects-trouble" });
  const { table, body } = emptyTable();
  const place = h("div", {}, h("p", { class: "loading" }, "Reading the projects…"));
  const more = h(
    "button",
    { type: "button", class: "load-more", hidden: true, onclick: () => list.loadMore() },
    "Load more",
  );
  const walk = new RowNavigation(body);
  root.append(
    h(
      "header",
      { class: "view-head" },
      h("h1", {}, "Projects"),
      number,
      h(
        "button",
        { type: "button", class: "primary", "aria-keyshortcuts": "n", onclick: () => start.open() },
        icon("plus"),
        "New project",
      ),
    ),
    chosen.element,
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
    showTrouble();
    table.setAttribute("aria-busy", String(list.behind));
    if (!list.items) {
      if (list.error) place.replaceChildren();
      return;
    }
    walk.keepFocus(() => each(body, list.items ?? [], (item) => item.id, row, paintRow));
    table.hidden = list.items.length === 0;
    if (!list.behind) {
      showMore();
      showNothing();
      tell();
    }
    shown.count = body.rows.length;
  }

  /** A notice that stays the same is left as it is, so that it is spoken once. */
  function showTrouble() {
    const message = list.error && messageOf(list.error);
    if (shown.error === message) return;
    shown.error = message;
    errors.replaceChildren(...(list.error ? [failure(list.error, () => list.again())] : []));
  }

  function showMore() {
    const pressed = document.activeElement === more;
    more.hidden = !list.more;
    if (pressed && body.rows.length > shown.count) walk.goToRow(shown.count);
  }

  function showNothing() {
    const filter = readAddress();
    const none = list.items?.length === 0;
    chosen.element.hidden = none && filter.show === "all" && !filter.search;
    const what = none ? `${filter.show} ${filter.search}` : null;
    if (shown.nothing === what && !place.querySelector(".loading")) return;
    shown.nothing = what;
    place.replaceChildren(...(none ? [emptyState(filter, { start, clear: chosen.clear, signal })] : []));
  }

  /** How many there are; it is spoken when a filter, or a wish for more, made it so. */
  function tell() {
    const { show, search } = readAddress();
    const found = list.items?.length ?? 0;
    const words = `${count(found, "project")}${list.more ? ", and there are more" : ""}`;
    write(number, found ? `${found.toLocaleString()}${list.more ? "+" : ""}` : "");
    number.title = words;
    const asked = JSON.stringify([show, search, list.wanted]);
    if (shown.asked !== null && shown.asked !== asked) announce(found ? words : "No project matches");
    shown.asked = asked;
  }

  list.addEventListener("change", paint);
  shortcuts({
    "/": ["Search the projects", () => (chosen.element.hidden ? false : chosen.search.focus())],
    j: ["Next project", () => walk.move(1)],
    k: ["Previous project", () => walk.move(-1)],
    Enter: ["Open the project", () => false], // a link does so by itself
    n: ["New project", () => start.open()],
  }, signal);
  chosen.search.addEventListener("keydown", (event) => event.key === "ArrowDown" && walk.move(1));
  signal.addEventListener("abort", () => {
    last = { list: list.keep(), at: walk.at };
  });
  list.open(readAddress(), last?.list);
  if (back && last?.at) walk.goTo(last.at);
  start.prepare();
}

/**
 * What is shown instead of an empty list. `start` is the start dialog; `clear()` clears the filters.
 * @param {Filter} filter
 * @param {{ start: { open(example?: object): void }, clear: () => void, signal: AbortSignal }} options
 */
function emptyState({ show, search }, { start, clear, signal }) {
  if (show === "all" && !search) {
    const preview = pipelinePreview(signal);
    preview.show(PREFERRED, "");
    return empty(
      "folder",
      "No projects yet",
      "BotArmy takes a brief through a crew of software agents, from the plan to the tested delivery, and stops wherever you must decide. You can drop a brief here, too.",
      h(
        "div",
        { class: "buttons" },
        h(
          "button",
          {
            type: "button",
            class: "primary",
            onclick: () => start.open(),
          },
          icon("plus"),
          "Start your first project",
        ),
        h("button", { type: "button", onclick: () => start.open(EXAMPLE) }, "Try an example brief"),
      ),
      preview.element,
    );
  }
  if (show === "waiting" && !search) {
    return empty(
      "waiting",
      "Nothing waits for you",
      "When a gate asks, its project appears here, and in the inbox.",
      h("button", { type: "button", onclick: clear }, "Show all projects"),
    );
  }
  return empty(
    "search",
    "No project matches",
    search ? `None${show === "all" ? "" : " of these"} has “${search}” in its name.` : "None has such a status.",
    h("button", { type: "button", onclick: clear }, "Clear the filters"),
  );
}
