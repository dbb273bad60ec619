/** All that waits for a human: a list, and the request that is selected. */

import { h, icon, write } from "../dom.js";
import { approveAll } from "../inbox/bulk.js";
import { requestCard } from "../inbox/card.js";
import { entries } from "../inbox/entries.js";
import { address, inboxList } from "../inbox/list.js";
import { whole } from "../inbox/reader.js";
import { shortcuts } from "../keys.js";
import { announce, empty, failure } from "../notices.js";
import { pending } from "../pending.js";
import { go } from "../router.js";
import { count, status } from "../words.js";

/** Beside each other from this width on; css/inbox.css says the same. */
const wide = matchMedia("(min-width: 60rem)");

export async function open(root, { signal }) {
  const checked = new Set();
  let filter = "";
  let card = null;
  let leaveCard = new AbortController();
  let last = null;
  let revealed = false;
  let due = false;
  const list = inboxList({ pick: (entry) => turnTo(entry, { focus: true }), check });
  const trouble = h("div", { class: "inbox-trouble" });
  const total = h("span", { class: "soft numbers" });
  const all = h("input", { type: "checkbox", "aria-label": "Select all shown", onchange: () => checkAll(all.checked) });
  const several = h("button", { type: "button", class: "primary", hidden: true, onclick: approveChecked });
  const search = h("input", { type: "search", placeholder: "Filter", "aria-label": "Filter the requests", dir: "auto", oninput: () => { filter = search.value.trim().toLowerCase(); paint(); } });
  const none = h("p", { class: "inbox-none soft", hidden: true }, "No request matches the filter.");
  const pane = h("section", { class: "inbox-list", "aria-label": "Requests" },
    h("header", { class: "inbox-head" }, h("h2", {}, "Waiting for you"), total, several),
    h("div", { class: "inbox-tools" }, h("label", { class: "row-check" }, all), search),
    trouble, list.element, none);
  const shown = h("div", { class: "inbox-card" });
  const back = h("a", { class: "back button quiet", href: "/inbox" }, icon("chevron", { width: 14, height: 14 }), "All requests");
  const nothing = h("div", { class: "inbox-empty", hidden: true }, empty("inbox", "Nothing waits for you",
    "When a gate asks, or a step cannot go on by itself, it appears here at once, with all that you need to decide.",
    h("a", { class: "button", href: "/" }, "See the projects")));
  const view = h("div", { class: "inbox" }, pane, shown);
  // It stands over both panes, of which a narrow screen shows one.
  root.append(h("h1", { class: "visually-hidden" }, "Inbox"), view, nothing);

  const visible = () => (entries.listed ?? []).filter(({ request }) => !filter ||
    `${request.question} ${request.project_name} ${request.stage} ${request.agent_type}`.toLowerCase().includes(filter));
  const asked = () => new URLSearchParams(location.search).get("request");

  // ---- what is shown

  function paint() {
    const listed = entries.listed;
    const rows = visible();
    // Who chose a request that somebody else decides meanwhile has one less.
    for (const entry of checked) if (!entry.open || entries.get(entry.id) !== entry) checked.delete(entry);
    trouble.replaceChildren(...(pending.error && !trouble.firstChild ? [failure(pending.error, () => pending.retry())] : pending.error ? [...trouble.children] : []));
    write(total, listed ? count(entries.waiting, "request") : pending.error ? "" : "Reading…");
    list.paint(rows.map((entry) => ({ entry, selected: entry === entries.selected, checked: checked.has(entry) })));
    none.hidden = !filter || rows.length > 0;
    const open = rows.filter((entry) => entry.open);
    all.checked = checked.size > 0 && open.every((entry) => checked.has(entry));
    all.indeterminate = checked.size > 0 && !all.checked;
    all.disabled = open.length === 0;
    several.hidden = checked.size === 0;
    write(several, `Approve ${checked.size}`);
    const vacant = listed?.length === 0 && !entries.selected && !asked();
    nothing.hidden = !vacant || Boolean(pending.error);
    view.hidden = vacant && !pending.error;
  }

  /** Once for all that happens in one go. */
  function paintSoon() {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      if (!signal.aborted) paint();
    });
  }

  function showCard(entry) {
    leaveCard.abort();
    leaveCard = new AbortController();
    const stop = AbortSignal.any([signal, leaveCard.signal]);
    card = entry && requestCard(entry, { signal: stop, next: () => moveOn(entry), loaded: prefetch });
    view.dataset.open = entry ? "yes" : "no";
    shown.replaceChildren(...[entry && back, last && passed(last, entry), card?.element ?? h("p", { class: "inbox-hint soft" }, listedHint())].filter(Boolean));
  }

  const listedHint = () => (entries.listed?.length ? "Select a request to see what it asks." : "");

  /** Above the next card: what was decided just now, with a way to look at it. */
  function passed(entry, now) {
    if (entry === now) return null;
    return h("p", { class: "passed", dataset: { tone: "good" } }, icon("completed", { width: 14, height: 14 }),
      h("strong", {}, status("hitl", entry.closure.status).word),
      h("span", { class: "cut", dir: "auto" }, `${entry.request.question} ${entry.request.project_name}`), h("a", { href: address(entry.id) }, "Show it"));
  }

  // ---- going from one to another

  /** Select an entry; `focus` also takes the keyboard there, `after` is the one that was decided just before. */
  function turnTo(entry, { focus = false, replace = false, quiet = false, after = null } = {}) {
    if (entry === entries.selected) {
      if (focus) card?.focus();
      return;
    }
    if (after !== last) last = null;
    entries.select(entry);
    showCard(entry);
    if (!quiet) go(entry ? address(entry.id) : "/inbox", { replace });
    scrollTo(0, 0);
    if (focus) card?.focus();
    paintSoon();
    if (entry) reveal(entry);
  }

  /** Let the list show the selected row, as soon as it has one. */
  function reveal(entry) {
    revealed = entries.listed !== null;
    if (wide.matches) list.reveal(entry);
  }

  /** Follow the address: the request that it names, else the first one where there is room for it beside the list. */
  async function followAddress() {
    const id = asked();
    if (id && id === entries.selected?.id) return;
    if (!id) {
      const first = wide.matches ? visible().find((entry) => entry.open) : null;
      if (first) turnTo(first, { replace: true });
      else {
        const before = entries.selected;
        turnTo(null, { quiet: true });
        if (before) list.focus(before);
      }
      return;
    }
    try {
      const entry = await entries.find(id, signal);
      if (asked() === id) turnTo(entry, { quiet: true });
    } catch (error) {
      if (signal.aborted || asked() !== id) return;
      entries.select(null);
      showCard(null);
      view.dataset.open = "yes";
      shown.replaceChildren(back, failure(error, followAddress));
    }
  }

  /** The entry `step` places after the selected one in the list. */
  function neighbour(step, from = entries.selected) {
    const rows = visible();
    const at = rows.indexOf(from);
    return at < 0 ? rows[0] : rows[at + step];
  }

  function step(by) {
    const entry = neighbour(by);
    if (!entry) return;
    const inList = list.element.contains(document.activeElement) || !card || (wide.matches && !shown.contains(document.activeElement));
    turnTo(entry, { replace: true });
    if (inList && wide.matches) list.focus(entry);
    else card.focus();
  }

  /** After a decision: the next that waits, else the one before, else nothing. */
  function moveOn(from) {
    const rows = visible();
    const at = rows.indexOf(from);
    const next = [...rows.slice(at + 1), ...rows.slice(0, Math.max(0, at)).reverse()].find((entry) => entry.open && entry !== from);
    if (next) turnTo(next, { focus: true, replace: true, after: from });
    else {
      entries.select(null);
      go("/inbox", { replace: true });
      showCard(null);
      paint();
      (nothing.hidden ? pane : nothing).querySelector("h2").focus();
    }
  }

  function prefetch() {
    const next = neighbour(1);
    if (next?.open) (globalThis.requestIdleCallback ?? setTimeout)(() => !signal.aborted && whole(next.id).catch(() => {}));
  }

  // ---- several at once

  function check(entry, on, through) {
    const rows = visible();
    const [from, to] = [rows.indexOf(check.before), rows.indexOf(entry)];
    const range = through && from >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : [entry];
    for (const one of range) if (one.open) checked[on ? "add" : "delete"](one);
    check.before = entry;
    paint();
    announce(checked.size ? `${checked.size} selected` : "None selected");
  }

  function checkAll(on) {
    for (const entry of visible()) if (entry.open) checked[on ? "add" : "delete"](entry);
    paint();
    announce(checked.size ? `${checked.size} selected` : "None selected");
  }

  function approveChecked() {
    approveAll(entries.listed.filter((entry) => checked.has(entry)), (ran) => {
      if (!ran) return; // called off: the focus goes back by itself, and the choice stays
      checked.clear();
      paint();
      if (entries.selected?.closure) moveOn(entries.selected);
      else if (card) card.focus();
    });
  }

  // ---- what happens

  function changed({ detail: entry }) {
    if (entry && entry === entries.selected) {
      card?.update();
      if (entry.closure?.mine && !document.querySelector("dialog[open]")) {
        last = entry;
        moveOn(entry);
      }
    }
    if (!entries.selected && !asked() && wide.matches && visible().length && view.dataset.open !== "yes" && !pending.error) followAddress();
    paintSoon();
    if (!revealed && entries.selected && entries.listed) reveal(entries.selected);
  }

  entries.addEventListener("change", changed, { signal });
  addEventListener("querychange", followAddress, { signal });
  wide.addEventListener("change", followAddress, { signal });
  signal.addEventListener("abort", () => { leaveCard.abort(); entries.select(null); });
  for (const title of [pane, nothing]) title.querySelector("h2").tabIndex = -1;

  const onControl = () => document.activeElement.closest?.("a, button, summary, input, [role=tab]");
  const acting = (action) => () => {
    if (action === "approve" && checked.size) approveChecked();
    else return card?.act(action) ?? false;
    return true;
  };
  shortcuts({
    j: ["Next request", () => step(1)],
    k: ["Previous request", () => step(-1)],
    Enter: ["Go to the request's card", () => (card && !onControl() ? (card.focus(), true) : false)],
    a: ["Approve, or approve the selected ones", acting("approve")],
    e: ["Amend", acting("amend")],
    r: ["Reject", acting("reject")],
    x: ["Select for several at once", () => { const entry = entries.selected; if (entry?.open) check(entry, !checked.has(entry), false); }],
    o: ["Open the project", () => (entries.selected ? go(`/projects/${entries.selected.request.project_id}`) : false)],
    "/": ["Filter the requests", () => search.focus()],
    Escape: ["Close the form, or go back to the list", () => card?.escape() || (view.dataset.open === "yes" && !wide.matches ? go("/inbox") : false)],
  }, signal);

  showCard(null);
  paint();
  await followAddress();
}
