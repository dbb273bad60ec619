/** Every project, a row each: how it stands, what it waits for, how far it is. */

import { each, h, icon, write } from "../dom.js";
import { announce, failure } from "../notices.js";
import { shortcuts } from "../keys.js";
import { read } from "../projects/address.js";
import { filters } from "../projects/filters.js";
import { ProjectList } from "../projects/list.js";
import { nothing } from "../projects/nothing.js";
import { COLUMNS, paintRow, row } from "../projects/row.js";
import { startDialog } from "../projects/start-dialog.js";
import { Walk } from "../projects/walk.js";
import { count } from "../words.js";

/** What was shown last, so that coming back shows it at once and where it was. */
let last = null;

export async function open(root, { signal, back }) {
  const list = new ProjectList(signal);
  const number = h("span", { class: "soft numbers" });
  const trouble = h("div", {});
  const body = h("tbody", { role: "rowgroup" });
  const table = h("table", { class: "projects", role: "table", "aria-label": "Projects", hidden: true },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, COLUMNS.map((word) => h("th", { role: "columnheader", scope: "col" }, word)))),
    body);
  const place = h("div", {}, h("p", { class: "loading" }, "Reading the projects…"));
  const more = h("button", { type: "button", class: "load-more", hidden: true, onclick: () => list.loadMore() }, "Load more");
  const walk = new Walk(body);
  let announced = "";

  const start = startDialog(root, signal);
  const chosen = filters((filter) => list.filter(filter), signal);
  root.append(
    h("header", { class: "view-head" }, h("h1", {}, "Projects"), number,
      h("button", { type: "button", class: "primary", "aria-keyshortcuts": "n", onclick: () => start.open() }, icon("plus"), "New project")),
    chosen.element, trouble, table, place, more);

  list.addEventListener("change", () => {
    trouble.replaceChildren(...(list.error ? [failure(list.error, () => list.again())] : []));
    table.setAttribute("aria-busy", String(list.behind));
    if (!list.items) return list.error && place.replaceChildren();
    walk.keepFocus(() => each(body, list.items, (item) => item.id, row, paintRow));
    const filter = read();
    const bare = filter.show === "all" && !filter.search;
    const none = list.items.length === 0;
    table.hidden = none;
    more.hidden = !list.more;
    chosen.element.hidden = none && bare && !list.behind;
    if (list.behind) return undefined;
    place.replaceChildren(...(none ? [nothing(filter, { start, clear: chosen.clear })] : []));
    const words = `${count(list.items.length, "project")}${list.more ? ", and there are more" : ""}`;
    write(number, none ? "" : `${list.items.length.toLocaleString()}${list.more ? "+" : ""}`);
    number.title = words;
    const told = `${filter.show} ${filter.search} ${list.more}`;
    if (announced && announced !== told) announce(none ? "No project matches" : words);
    announced = told;
    return undefined;
  });

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
}
