/** The inbox: the list of all open requests, and the selected one beside it. */

import { h } from "../dom.js";
import { approveAll } from "../inbox/bulk-approval.js";
import { cardPane } from "../inbox/card-pane.js";
import { entries } from "../inbox/entries.js";
import { listPane } from "../inbox/list-pane.js";
import { address, addressed } from "../inbox/addresses.js";
import { InboxSelection, wide } from "../inbox/selection.js";
import { shortcuts } from "../keyboard.js";
import { go } from "../navigation.js";
import { empty } from "../notices.js";
import { pending } from "../pending.js";
import { coalesced } from "../scheduling.js";
import { style } from "../style.js";

/** @import { Entry } from "../inbox/entry.js" */
/** @import { Move } from "../labels.js" */
/** @import { Context } from "../router.js" */

await style("inbox.css");

const CONTROLS = "a, button, summary, input, [role=tab]";

/**
 * @param {HTMLElement} root
 * @param {Context} context
 */
export async function open(root, { signal }) {
  const list = listPane({ pick: (entry) => selection.select(entry, { focus: true }), approve: approveChecked });
  const cards = cardPane(signal);
  const view = h("div", { class: "inbox", dataset: { open: "no" } }, list.element, cards.element);
  const notice = empty(
    "inbox",
    "Nothing is waiting for you",
    "When a step asks for a review, or fails, the request appears here at once, with everything that you need to decide.",
    h("a", { class: "button", href: "/" }, "See the projects"),
  );
  const nothing = h("div", { class: "inbox-empty", hidden: true }, notice);
  const emptyHeading = /** @type {HTMLElement} */ (nothing.querySelector("h2"));
  emptyHeading.tabIndex = -1;
  // The heading covers both panes, of which a narrow screen shows one.
  root.append(h("h1", { class: "visually-hidden" }, "Inbox"), view, nothing);

  function paint() {
    list.paint();
    const isEmpty = entries.listed?.length === 0 && !entries.selected && !addressed() && !pending.error;
    if (view.hidden === isEmpty) return;
    const hadFocus = (isEmpty ? view : nothing).contains(document.activeElement);
    nothing.hidden = !isEmpty;
    view.hidden = isEmpty;
    // If the focus was in the part that is now hidden, it moves to the heading.
    if (hadFocus) focusHeading();
  }

  const focusHeading = () => (nothing.hidden ? list.heading : emptyHeading).focus();

  const paintSoon = coalesced(() => {
    if (!signal.aborted) paint();
  });

  const selection = new InboxSelection({
    list,
    cards,
    view,
    paint: paintSoon,
    leaveList() {
      paint();
      focusHeading();
    },
    noSuchRequest,
    signal,
  });

  function approveChecked() {
    approveAll(list.checks.checked, (ran) => {
      if (!ran) return; // the dialog was cancelled: the focus returns by itself, and the boxes stay checked
      list.checks.clear();
      if (entries.selected?.outcome) selection.moveOn(entries.selected);
      else (cards.card ?? list.heading).focus();
    });
  }

  /** @param {Event} event */
  function changed(event) {
    /** @type {Entry | null} */
    const entry = /** @type {CustomEvent} */ (event).detail;
    if (entry && entry === entries.selected) {
      cards.card?.update();
      if (entry.outcome?.mine && !document.querySelector("dialog[open]")) selection.moveOn(entry);
    }
    paintSoon();
    if (!entries.selected && !addressed() && selection.first()) selection.followAddress();
    else selection.revealOnce();
  }

  /** @param {Move} move */
  const openForm = (move) => cards.card?.openForm(move) ?? false;
  const closeCard = () => (view.dataset.open === "yes" && !wide.matches ? go(address(null)) : false);

  shortcuts({
    j: ["Next request", () => selection.step(1)],
    k: ["Previous request", () => selection.step(-1)],
    Enter: ["Go to the request's card", () => {
      // Links and buttons handle Enter themselves.
      if (!cards.card || document.activeElement?.closest(CONTROLS)) return false;
      cards.card.focus();
      return true;
    }],
    a: ["Approve, or approve the selected ones", () => (list.checks.size ? approveChecked() : openForm("approve"))],
    c: ["Request changes", () => openForm("changes")],
    e: ["Request changes, too", () => openForm("changes")],
    l: ["Comment on a line of the document", () => cards.card?.comment() ?? false],
    E: ["Edit and approve", () => openForm("edit")],
    r: ["Reject and end the project", () => openForm("reject")],
    x: ["Select, to approve several at once", () => {
      const entry = entries.selected;
      if (entry) list.checks.set(entry, !list.checks.has(entry));
    }],
    o: ["Open the project", () => (entries.selected ? go(`/projects/${entries.selected.request.project_id}`) : false)],
    "/": ["Filter the requests", () => list.search.focus()],
    Escape: ["Close the form, or go back to the list", () => cards.card?.escape() || closeCard()],
  }, signal);

  entries.addEventListener("change", changed, { signal });
  addEventListener("querychange", () => {
    paintSoon();
    selection.followAddress();
  }, { signal });
  wide.addEventListener("change", () => selection.followAddress(), { signal });
  signal.addEventListener("abort", () => entries.select(null));

  selection.show(null);
  await selection.followAddress();
}

const noSuchRequest = () =>
  empty(
    "inbox",
    "This request does not exist",
    "Its project may be gone, or the address may be incomplete. Open requests are in the list.",
    h("a", { class: "button", href: "/inbox" }, "See open requests"),
  );
