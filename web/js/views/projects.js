/** Every project, a row each: how it stands, what it waits for, how far it is. */

import { each, h, icon, write } from "../dom.js";
import { shortcuts } from "../keyboard.js";
import { count } from "../labels.js";
import { announce, failure } from "../notices.js";
import { nothing } from "../projects/empty-state.js";
import { filters, read } from "../projects/filters.js";
import { ProjectList } from "../projects/list.js";
import { Walk } from "../projects/row-navigation.js";
import { startDialog } from "../projects/start-dialog.js";
import { emptyTable, paintRow, row } from "../projects/table.js";
import { style } from "../style.js";

await style("projects.css");

/** What was shown last, so that coming back shows it at once and where it was. */
let last = null;

export async function open(root, { signal, back }) {
  const list = new ProjectList(signal);
  const start = startDialog(root, signal);
  const chosen = filters((filter) => list.filter(filter), signal);
  const number = h("span", { class: "soft numbers" });
  const trouble = h("div", { class: "projects-trouble" });
  const { table, body } = emptyTable();
  const place = h("div", {}, h("p", { class: "loading" }, "Reading the projects…"));
  const more = h("button", { type: "button", class: "load-more", hidden: true, onclick: () => list.loadMore() }, "Load more");
  const walk = new Walk(body);
  root.append(
    h("header", { class: "view-head" }, h("h1", {}, "Projects"), number,
      h("button", { type: "button", class: "primary", "aria-keyshortcuts": "n", onclick: () => start.open() }, icon("plus"), "New project")),
    chosen.element, trouble, table, place, more);

  const shown = { error: null, nothing: null, count: 0, asked: null };

  function paint() {
    showTrouble();
    table.setAttribute("aria-busy", String(list.behind));
    if (!list.items) {
      if (list.error) place.replaceChildren();
      return;
    }
    walk.keepFocus(() => each(body, list.items, (item) => item.id, row, paintRow));
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
    if (shown.error === (list.error?.message ?? null)) return;
    shown.error = list.error?.message ?? null;
    trouble.replaceChildren(...(list.error ? [failure(list.error, () => list.again())] : []));
  }

  function showMore() {
    const pressed = document.activeElement === more;
    more.hidden = !list.more;
    if (pressed && body.rows.length > shown.count) walk.goToRow(shown.count);
  }

  function showNothing() {
    const filter = read();
    const none = list.items.length === 0;
    chosen.element.hidden = none && filter.show === "all" && !filter.search;
    const what = none ? `${filter.show} ${filter.search}` : null;
    if (shown.nothing === what && !place.querySelector(".loading")) return;
    shown.nothing = what;
    place.replaceChildren(...(none ? [nothing(filter, { start, clear: chosen.clear, signal })] : []));
  }

  /** How many there are; it is spoken when a filter, or a wish for more, made it so. */
  function tell() {
    const { show, search } = read();
    const words = `${count(list.items.length, "project")}${list.more ? ", and there are more" : ""}`;
    write(number, list.items.length ? `${list.items.length.toLocaleString()}${list.more ? "+" : ""}` : "");
    number.title = words;
    const asked = JSON.stringify([show, search, list.wanted]);
    if (shown.asked !== null && shown.asked !== asked) announce(list.items.length ? words : "No project matches");
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
  signal.addEventListener("abort", () => { last = { list: list.keep(), at: walk.at }; });
  list.open(read(), last?.list);
  if (back && last?.at) walk.goTo(last.at);
  start.prepare();
}
