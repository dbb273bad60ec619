/** Who signed in, and who changed people, roles and tokens: for auditors and administrators of all projects. */

import { h } from "../dom.js";
import { people } from "../me.js";
import { failure } from "../notices.js";
import { visible } from "../text.js";
import { inFull } from "../time.js";
import { auditScope, auditSentence } from "./audit-words.js";

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
  const heads = ["Time", "What", "Address"].map((text) => h("th", { scope: "col" }, text));
  return h(
    "section",
    { class: "account", "aria-labelledby": "audit-log" },
    h("h2", { id: "audit-log" }, "Audit log"),
    h(
      "div",
      { class: "scroller audit", tabindex: 0, role: "group", "aria-labelledby": "audit-log" },
      h("table", {}, h("thead", {}, h("tr", {}, ...heads)), rows),
    ),
    problem,
    more,
  );
}

/** @param {AuthEventPublic} event */
function row(event) {
  const { actor, address, data, created_at: at } = event;
  const who = actor === "unknown" ? "Somebody" : visible(actor);
  // For who compares it with the answers of the API.
  const details = Object.entries(data).map(([field, value]) => `${field}: ${value}`).join(", ");
  return h(
    "tr",
    {},
    h("td", { class: "audit-time soft" }, inFull(Date.parse(at))),
    h(
      "td",
      { title: visible(details) || null },
      h("strong", { dir: "auto" }, who),
      " ",
      auditSentence(event).map((part) => typeof part === "string" ? part : h("bdi", {}, part.text)),
      where(event),
    ),
    h("td", { class: "soft" }, address ?? ""),
  );
}

/** @param {AuthEventPublic} event */
function where(event) {
  const scope = auditScope(event);
  if (scope === null) return null;
  if (scope === "all") return " in all projects";
  return [" in ", h("a", { href: `/projects/${scope.project}` }, "one project")];
}
