/** Every project, a row each. */

import { each, h } from "../dom.js";
import { live } from "../live.js";
import { failure } from "../notices.js";
import { Refresher } from "../refresher.js";
import { projects } from "../rest.js";
import { badge } from "../status.js";

export async function open(root, { signal }) {
  const rows = h("ul", {});
  const trouble = h("div", {});
  root.append(h("header", { class: "view-head" }, h("h1", {}, "Projects")), trouble, rows);
  const refresher = new Refresher(async () => {
    const { items } = await projects.list({}, { signal });
    each(rows, items, (item) => item.id, row, paint);
  }, { signal, failed: (error) => trouble.replaceChildren(...(error ? [failure(error, () => refresher.ask())] : [])) });
  live.watch(() => refresher.ask(), signal);
  refresher.ask();
}

const row = (item) => h("li", {}, h("a", { href: `/projects/${item.id}` }), " ", h("span", {}));

function paint(element, item) {
  element.firstElementChild.textContent = item.name;
  element.lastElementChild.replaceChildren(badge("project", item.status));
}
