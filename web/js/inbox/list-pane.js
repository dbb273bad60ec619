/** The inbox's left pane: how much waits, the filter, the choice of several, and the list. */

import { h, write } from "../dom.js";
import { count } from "../labels.js";
import { announce, failure } from "../notices.js";
import { pending } from "../pending.js";
import { comparable } from "../text.js";
import { entries } from "./entries.js";
import { inboxList } from "./list.js";

/** @import { Entry } from "./entry.js" */

/**
 * `pick(entry)` opens one, `approve()` approves those that are chosen.
 * @param {{ pick: (entry: Entry) => void, approve: () => void }} options
 */
export function listPane({ pick, approve }) {
  const checks = new Checks(() => paint());
  const list = inboxList({ pick, check: (entry, on, through) => checks.set(entry, on, { rows: visible(), through }) });
  const heading = h("h2", { tabIndex: -1 }, "Waiting for you");
  const total = h("span", { class: "soft numbers" });
  const several = h("button", { type: "button", class: "primary", hidden: true, onclick: approve });
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
  const errors = h("div", { class: "inbox-trouble" });
  const none = h("p", { class: "inbox-none soft", hidden: true }, "No request matches the filter.");
  const element = h(
    "section",
    { class: "inbox-list", "aria-label": "Requests" },
    h("header", { class: "inbox-head" }, heading, total, several),
    h("div", { class: "inbox-tools" }, h("label", { class: "row-check" }, all), search),
    errors,
    none,
    list.element,
  );
  /** @type {unknown} */
  let said = null;

  /** The entries that are shown, in their order. */
  function visible() {
    const wanted = comparable(search.value.trim());
    return (entries.listed ?? []).filter(({ name, request }) =>
      comparable(`${name} ${request.stage} ${request.agent_type}`).includes(wanted)
    );
  }

  function paint() {
    const rows = visible();
    checks.tidy();
    write(total, entries.listed ? count(entries.waiting, "request") : pending.error ? "" : "Reading…");
    list.paint(rows.map((entry) => ({ entry, selected: entry === entries.selected, checked: checks.has(entry) })));
    none.hidden = !search.value || rows.length > 0;
    const open = rows.filter((entry) => entry.open);
    all.checked = checks.size > 0 && open.every((entry) => checks.has(entry));
    all.indeterminate = checks.size > 0 && !all.checked;
    all.disabled = open.length === 0;
    several.hidden = checks.size === 0;
    write(several, `Approve ${checks.size}`);
    if (said === pending.error) return;
    said = pending.error;
    errors.replaceChildren(...(said ? [failure(said, () => pending.retry())] : []));
  }

  return { element, heading, search, checks, list, visible, paint };
}

export class Checks {
  /** @type {Set<Entry>} */
  #chosen = new Set();
  /** @type {Entry | null} */
  #before = null;
  #changed;

  /**
   * `changed()` is called after each choice.
   * @param {() => void} changed
   */
  constructor(changed) {
    this.#changed = changed;
  }

  get size() {
    return this.#chosen.size;
  }

  /** @param {Entry} entry */
  has(entry) {
    return this.#chosen.has(entry);
  }

  /** Those chosen, oldest first. */
  get chosen() {
    return (entries.listed ?? []).filter((entry) => this.has(entry));
  }

  /**
   * Choose one or leave it out; `rows` and `through` do the same to all from the last one that was touched.
   * @param {Entry} entry
   * @param {boolean} on
   * @param {{ rows?: Entry[], through?: boolean }} [options]
   */
  set(entry, on, { rows = [], through = false } = {}) {
    const [from, to] = [this.#before ? rows.indexOf(this.#before) : -1, rows.indexOf(entry)];
    this.#before = entry;
    this.setAll(through && from >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : [entry], on);
  }

  /**
   * @param {Entry[]} rows
   * @param {boolean} on
   */
  setAll(rows, on) {
    for (const entry of rows) if (entry.open) this.#chosen[on ? "add" : "delete"](entry);
    this.#changed();
    announce(this.size ? `${this.size} selected` : "None selected");
  }

  /** Remove those that can no longer be approved: other people decide, too. */
  tidy() {
    for (const entry of this.#chosen) if (!entry.open || entries.get(entry.id) !== entry) this.#chosen.delete(entry);
  }

  clear() {
    this.#chosen.clear();
    this.#changed();
  }
}
