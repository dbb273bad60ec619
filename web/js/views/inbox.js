/** All that waits for a human: a list, and the request that is selected. This file is the way from one to the other. */

import { h } from "../dom.js";
import { approveAll } from "../inbox/bulk-approval.js";
import { cardPane } from "../inbox/card-pane.js";
import { entries } from "../inbox/entries.js";
import { listPane } from "../inbox/list-pane.js";
import { address } from "../inbox/list.js";
import { whole } from "../inbox/requests.js";
import { inboxKeys } from "../inbox/shortcuts.js";
import { empty, failure } from "../notices.js";
import { pending } from "../pending.js";
import { go } from "../router.js";
import { style } from "../style.js";

await style("inbox.css");

/** Beside each other from this width on; css/inbox.css says the same. */
const wide = matchMedia("(min-width: 60rem)");

/** What the API answers to an id that no request has, or none can have. */
const NEVER = new Set([404, 422]);

const asked = () => new URLSearchParams(location.search).get("request");

export async function open(root, { signal }) {
  const list = listPane({ pick: (entry) => turnTo(entry, { focus: true }), approve: approveChosen });
  const cards = cardPane(signal);
  const view = h("div", { class: "inbox", dataset: { open: "no" } }, list.element, cards.element);
  const nothing = h("div", { class: "inbox-empty", hidden: true }, empty("inbox", "Nothing waits for you",
    "When a gate asks, or a step cannot go on by itself, it appears here at once, with all that you need to decide.",
    h("a", { class: "button", href: "/" }, "See the projects")));
  let revealed = false;
  let due = false;
  // It stands over both panes, of which a narrow screen shows one.
  root.append(h("h1", { class: "visually-hidden" }, "Inbox"), view, nothing);
  nothing.querySelector("h2").tabIndex = -1;

  function paint() {
    list.paint();
    const vacant = entries.listed?.length === 0 && !entries.selected && !asked() && !pending.error;
    if (view.hidden === vacant) return;
    const held = (vacant ? view : nothing).contains(document.activeElement);
    nothing.hidden = !vacant;
    view.hidden = vacant;
    // What goes must not take the focus along.
    if (held) (vacant ? nothing.querySelector("h2") : list.heading).focus();
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

  function show(entry, after = null) {
    entries.select(entry);
    view.dataset.open = entry ? "yes" : "no";
    cards.show(entry, { after, next: moveOn, loaded: prefetch });
    scrollTo(0, 0);
    paintSoon();
    if (entry) reveal(entry);
  }

  /** Let the list show the selected row, as soon as it has one. */
  function reveal(entry) {
    revealed = entries.listed !== null;
    if (wide.matches) list.list.reveal(entry);
  }

  /** Select an entry, which changes the address, too; `focus` takes the keyboard to its card. */
  function turnTo(entry, { focus = false, replace = false, after } = {}) {
    if (entry !== entries.selected) {
      show(entry, after);
      go(address(entry.id), { replace });
    }
    if (focus) cards.card?.focus();
  }

  /** Follow the address: the request that it names, else the first one where there is room for it beside the list. */
  async function followAddress() {
    const id = asked();
    if (!id) {
      const first = foremost();
      if (first) turnTo(first, { replace: true });
      else if (view.dataset.open === "yes") leaveCard();
      return;
    }
    if (id === entries.selected?.id) return;
    try {
      const entry = await entries.find(id, signal);
      if (asked() === id) show(entry);
    } catch (error) {
      if (signal.aborted || asked() !== id) return;
      entries.select(null);
      view.dataset.open = "yes";
      if (NEVER.has(error.status)) cards.fail(unknown(), { leads: true });
      else cards.fail(failure(error, followAddress));
    }
  }

  /** What is shown where the address names no request. */
  const foremost = () => (wide.matches ? list.visible().find((entry) => entry.open) : undefined);

  function leaveCard() {
    const before = entries.selected;
    show(null);
    if (before) list.list.focus(before);
  }

  /** Select the entry so many places further down; the keyboard stays in the pane where it is. */
  function step(by) {
    const rows = list.visible();
    const at = rows.indexOf(entries.selected);
    const entry = at < 0 ? rows[0] : rows[at + by];
    if (!entry) return;
    const inCard = cards.card && (!wide.matches || cards.element.contains(document.activeElement));
    turnTo(entry, { replace: true, focus: inCard });
    if (!inCard) list.list.focus(entry);
  }

  /** From an entry to the next that waits, else to the nearest before it, else to none. */
  function moveOn(from) {
    const rows = list.visible();
    const at = rows.indexOf(from);
    const after = from.closure?.mine ? from : null;
    const next = [...rows.slice(at + 1), ...rows.slice(0, Math.max(0, at)).reverse()].find((entry) => entry.open);
    if (next) {
      turnTo(next, { focus: true, replace: true, after });
      return;
    }
    show(null, after);
    go("/inbox", { replace: true });
    paint();
    (nothing.hidden ? list.heading : nothing.querySelector("h2")).focus();
  }

  function prefetch() {
    const rows = list.visible();
    const next = rows[rows.indexOf(entries.selected) + 1];
    const idle = globalThis.requestIdleCallback ?? setTimeout;
    if (next?.open) idle(() => !signal.aborted && whole(next.id).catch(() => {}));
  }

  function approveChosen() {
    approveAll(list.checks.chosen, (ran) => {
      if (!ran) return; // called off: the focus goes back by itself, and the choice stays
      list.checks.clear();
      if (entries.selected?.closure) moveOn(entries.selected);
      else (cards.card ?? list.heading).focus();
    });
  }

  function changed({ detail: entry }) {
    if (entry && entry === entries.selected) {
      cards.card?.update();
      if (entry.closure?.mine && !document.querySelector("dialog[open]")) moveOn(entry);
    }
    paintSoon();
    if (!entries.selected && !asked() && foremost()) followAddress();
    else if (!revealed && entries.selected && entries.listed) reveal(entries.selected);
  }

  entries.addEventListener("change", changed, { signal });
  addEventListener("querychange", followAddress, { signal });
  wide.addEventListener("change", followAddress, { signal });
  signal.addEventListener("abort", () => entries.select(null));
  const closeCard = () => (view.dataset.open === "yes" && !wide.matches ? go("/inbox") : false);
  inboxKeys({ list, cards, step, approveChosen, closeCard }, signal);

  show(null);
  await followAddress();
}

const unknown = () => empty("inbox", "This request does not exist",
  "Its project may be gone, or the address is not complete. What still waits for you is in the list.",
  h("a", { class: "button", href: "/inbox" }, "See what waits"));
