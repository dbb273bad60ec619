/** Who signed in, and who changed people, roles and tokens: for auditors and administrators of all projects. */

import { h } from "../dom.js";
import { people } from "../me.js";
import { failure } from "../notices.js";
import { visible } from "../text.js";

/** @import { AuthEventPublic } from "../api.d.ts" */

const PAGE = 50;

/** @param {AbortSignal} signal */
export function auditLog(signal) {
  const rows = h("tbody", {});
  const more = h("button", { type: "button", onclick: () => read() }, "Show older ones");
  const problem = h("div", {});
  /** @type {string | null} */
  let cursor = null;
  const read = async () => {
    more.disabled = true;
    try {
      const page = await people.events({ limit: PAGE, cursor }, { signal });
      rows.append(...page.items.map(row));
      cursor = page.next_cursor;
      more.hidden = !cursor;
      problem.replaceChildren();
    } catch (error) {
      if (!signal.aborted) problem.replaceChildren(failure(error, read));
    }
    more.disabled = false;
  };
  read();
  const heads = ["Time", "What", "By", "About", "Address", "More"].map((text) => h("th", { scope: "col" }, text));
  return h(
    "section",
    { class: "account", "aria-labelledby": "audit-log" },
    h("h2", { id: "audit-log" }, "Audit log"),
    h(
      "div",
      { class: "scroller", tabindex: 0, role: "group", "aria-labelledby": "audit-log" },
      h("table", {}, h("thead", {}, h("tr", {}, ...heads)), rows),
    ),
    problem,
    more,
  );
}

/** @param {AuthEventPublic} event */
function row({ kind, actor, name, address, data, created_at }) {
  const more = Object.entries(data).map(([field, value]) => `${field}: ${value}`).join(", ");
  return h(
    "tr",
    {},
    h("td", {}, new Date(created_at).toLocaleString()),
    h("td", {}, kind.replaceAll("_", " ")),
    h("td", { dir: "auto" }, visible(actor)),
    h("td", { dir: "auto" }, visible(name ?? "")),
    h("td", {}, address ?? ""),
    h("td", { dir: "auto" }, visible(more)),
  );
}
