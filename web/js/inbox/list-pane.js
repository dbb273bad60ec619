/** The inbox's left pane: the number of open requests, the filter, the checkboxes, and the list. */

import { h, valueOf, write } from "../dom.js";
import { count } from "../labels.js";
import { announce, failure } from "../notices.js";
import { pending } from "../pending.js";
import { comparable } from "../text.js";
import { addressedAssignment, addressedGrouping, limitTo, regroup } from "./addresses.js";
import { ASSIGNMENTS, isShown } from "./assignment.js";
import { entries } from "./entries.js";
import { grouped, GROUPINGS } from "./groups.js";
import { inboxList } from "./list.js";
import { notificationButton } from "./notification-button.js";
import { rowTitle } from "./titles.js";

/** @import { Assignment } from "./assignment.js" */
/** @import { Entry } from "./entry.js" */
/** @import { Grouping } from "./groups.js" */

/**
 * `pick(entry)` opens an entry, `approve()` approves those that are checked.
 * @param {{ pick: (entry: Entry) => void, approve: () => void }} options
 */
export function listPane({ pick, approve }) {
  const checks = new Checks(() => paint());
  const list = inboxList({ pick, check: (entry, on, range) => checks.set(entry, on, { rows: visible(), range }) });
  const heading = h("h2", { tabIndex: -1 }, "Waiting for you");
  const total = h("span", { class: "soft numbers" });
  const approveButton = h("button", { type: "button", class: "primary", hidden: true, onclick: approve });
  const all = h("input", {
    type: "checkbox",
    "aria-label": "Select all shown",
    onchange: () => {
      checks.setAll(visible(), all.checked);
    },
  });
  const search = h("input", {
    type: "search",
    placeholder: "Filter",
    "aria-label": "Filter the requests",
    dir: "auto",
    oninput: () => paint(),
  });
  const grouping = h(
    "select",
    { "aria-label": "Group the requests by", onchange: (event) => regroup(/** @type {Grouping} */ (valueOf(event))) },
    GROUPINGS.map(([name, label]) => h("option", { value: name }, label)),
  );
  const assignment = h(
    "select",
    { "aria-label": "Show requests", onchange: (event) => limitTo(/** @type {Assignment} */ (valueOf(event))) },
    ASSIGNMENTS.map(([name, label]) => h("option", { value: name }, label)),
  );
  const errors = h("div", { class: "inbox-trouble" });
  const noMatch = h("p", { class: "inbox-none soft", hidden: true }, "No request matches the filter.");
  const element = h(
    "section",
    { class: "inbox-list", "aria-label": "Requests" },
    h("header", { class: "inbox-head" }, heading, total, approveButton, notificationButton()),
    h("div", { class: "inbox-tools" }, h("label", { class: "row-check" }, all), search, assignment, grouping),
    errors,
    noMatch,
    list.element,
  );
  /** @type {unknown} */
  let shownError = null;

  /** The groups of the entries that are shown. */
  function groups() {
    const wanted = comparable(search.value.trim());
    const shown = (entries.listed ?? []).filter(({ name, request }) =>
      isShown(request, addressedAssignment()) &&
      comparable(`${name} ${rowTitle(request)} ${request.stage} ${request.agent_type}`).includes(wanted)
    );
    return grouped(shown, addressedGrouping());
  }

  /** The entries that are shown, in their order. */
  const visible = () => groups().flatMap((group) => group.entries);

  function paint() {
    const shown = groups();
    const rows = shown.flatMap((group) => group.entries);
    checks.removeClosed();
    grouping.value = addressedGrouping();
    assignment.value = addressedAssignment();
    write(total, entries.listed ? waitingInWords() : pending.error ? "" : "Reading…");
    if (entries.listed) {
      write(heading, entries.waiting.mine || !entries.waiting.others ? "Waiting for you" : "Requests");
    }
    /** @param {Entry} entry */
    const row = (entry) => ({ entry, selected: entry === entries.selected, checked: checks.has(entry) });
    list.paint(shown.map(({ key, name, entries }) => ({ key, name, rows: entries.map(row) })));
    noMatch.hidden = (!search.value && addressedAssignment() === "all") || rows.length > 0;
    const open = rows.filter((entry) => entry.open);
    all.checked = checks.size > 0 && open.every((entry) => checks.has(entry));
    all.indeterminate = checks.size > 0 && !all.checked;
    all.disabled = open.length === 0;
    approveButton.hidden = checks.size === 0;
    write(approveButton, `Approve ${checks.size}`);
    if (shownError === pending.error) return;
    shownError = pending.error;
    errors.replaceChildren(...(shownError ? [failure(shownError, () => pending.retry())] : []));
  }

  return { element, heading, search, checks, list, visible, paint };
}

/** "2 requests", "2 requests, 3 for others", "3 for others". */
function waitingInWords() {
  const { mine, others } = entries.waiting;
  const parts = [(mine || !others) && count(mine, "request"), others && `${others.toLocaleString()} for others`];
  return parts.filter(Boolean).join(", ");
}

/** The entries that are checked for a bulk approval. */
export class Checks {
  /** @type {Set<Entry>} */
  #checked = new Set();
  /** @type {Entry | null} */
  #last = null;
  #changed;

  /**
   * `changed()` is called after each change.
   * @param {() => void} changed
   */
  constructor(changed) {
    this.#changed = changed;
  }

  get size() {
    return this.#checked.size;
  }

  /** @param {Entry} entry */
  has(entry) {
    return this.#checked.has(entry);
  }

  /** The checked entries, in the order of the list. */
  get checked() {
    return (entries.listed ?? []).filter((entry) => this.has(entry));
  }

  /**
   * Check or uncheck an entry; with `range`, also those of `rows` between it and the one that was changed last.
   * @param {Entry} entry
   * @param {boolean} on
   * @param {{ rows?: Entry[], range?: boolean }} [options]
   */
  set(entry, on, { rows = [], range = false } = {}) {
    const [from, to] = [this.#last ? rows.indexOf(this.#last) : -1, rows.indexOf(entry)];
    this.#last = entry;
    this.setAll(range && from >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : [entry], on);
  }

  /**
   * @param {Entry[]} rows
   * @param {boolean} on
   */
  setAll(rows, on) {
    for (const entry of rows) if (entry.open) this.#checked[on ? "add" : "delete"](entry);
    this.#changed();
    announce(this.size ? `${this.size} selected` : "None selected");
  }

  /** Uncheck the entries that can no longer be approved: other people decide, too. */
  removeClosed() {
    for (const entry of this.#checked) if (!entry.open || entries.get(entry.id) !== entry) this.#checked.delete(entry);
  }

  clear() {
    this.#checked.clear();
    this.#changed();
  }
}
