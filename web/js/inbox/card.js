/** The selected request in full: what it asks, what it is about, and the forms to respond with. */

import { h } from "../dom.js";
import { failure, toast } from "../notices.js";
import { pending } from "../pending.js";
import { UNREACHABLE } from "../reach.js";
import { cardButtons } from "./card-buttons.js";
import { cardHead } from "./card-head.js";
import { cardNotices } from "./card-notices.js";
import { evidence } from "./evidence.js";
import { composerRoom } from "./composer-room.js";
import { failureParts } from "./failure.js";
import { rail } from "./rail.js";
import { RemarkSet } from "./remark-set.js";
import { forgetRequest, readRequest } from "./requests.js";
import { withdraw } from "./responding.js";
import { responseForm } from "./response-form.js";
import { stepper } from "./stepper.js";

/** @import { Move } from "../labels.js" */
/** @import { Asked, Entry } from "./entry.js" */
/** @import { Remark } from "./remarks.js" */

/**
 * The card of an entry. `next()` continues with another request, `loaded()` is called when the request is read.
 * @param {Entry} entry
 * @param {{ signal: AbortSignal, next: () => void, loaded: () => void }} options
 */
export function requestCard(entry, { signal, next, loaded }) {
  const { draft } = entry;
  const remarks = new RemarkSet(draft);
  /** @type {Asked} */
  let request = entry.request;
  /** @type {ReturnType<typeof responseForm> | null} */
  let form = null;
  /** @type {Move | null} */
  let pendingMove = null; // to open once the request is read
  let comment = () => false;
  let deadline = entry.request.expires_at;
  const head = cardHead(entry);
  const body = h("div", { class: "card-body" }, h("p", { class: "loading" }, "Reading…"));
  const place = h("div", { class: "form-place" });
  const buttons = cardButtons((move) => (draft.form === move ? closeForm() : openForm(move)));
  const notices = cardNotices(entry, { details: () => request, next, discard, reload });
  const offline = h("p", { class: "notice offline", role: "status", hidden: true }, UNREACHABLE);
  const bar = h("div", { class: "responding-bar" }, notices.element, offline, buttons.element);
  const decision = h(
    "section",
    { class: "responding", "aria-label": "Your response" },
    place,
    bar,
  );
  const element = h("article", { class: "card", "aria-label": "Selected request" }, head.element, body, decision);
  const measureRoom = composerRoom(place, bar, signal);

  async function load() {
    try {
      const read = await readRequest(entry.id);
      if (signal.aborted) return;
      request = read;
      entry.seen = read.subject_hash ?? null;
      head.addDetails(read);
      const shown = evidence(read, {
        remarks,
        comment: openRemark,
        commentable: read.may_redo && entry.open && entry.bar === null,
        signal,
      });
      comment = shown.comment;
      body.replaceChildren(
        stepper(read, signal),
        h("div", { class: "card-evidence" }, failureParts(read), shown.element),
        rail(read, { signal, showChanges: shown.showChanges }),
      );
      if (draft.form && !form && !entry.bar) setForm(draft.form);
      update();
      loaded();
      if (pendingMove && !form) openForm(pendingMove);
    } catch (error) {
      if (!signal.aborted) body.replaceChildren(failure(error, load));
    }
  }

  /**
   * Show the form of a move; null removes it.
   * @param {Move | null} move
   */
  function setForm(move) {
    draft.form = move;
    form = move && responseForm(entry, move, request, { remarks, close: closeForm });
    place.replaceChildren(...(form ? [form.element] : []));
    element.dataset.form = move ?? "none";
  }

  function closeForm() {
    if (entry.outcome) return head.heading.focus();
    const opener = draft.form && buttons.of(draft.form);
    setForm(null);
    draft.saveSoon();
    withdraw(entry);
    update();
    opener?.focus();
  }

  /**
   * Open the form of a move and focus it. Return whether that was possible.
   * @param {Move} move
   */
  function openForm(move) {
    if (!entry.open || buttons.of(move).disabled) return false;
    if (move !== "approve" && move !== "reject" && !request.contents) {
      pendingMove = move;
      return true;
    }
    setForm(move);
    draft.saveSoon();
    update();
    measureRoom();
    form?.focus();
    // On a small screen the form is part of the page's flow instead of staying at its bottom.
    if (getComputedStyle(decision).position === "static") decision.scrollIntoView({ block: "start" });
    else if (move === "edit" && place.scrollHeight > place.clientHeight) place.scrollIntoView();
    return true;
  }

  /**
   * Open the composer at a new remark.
   * @param {Remark} remark
   */
  function openRemark({ id }) {
    if (draft.form !== "changes") openForm("changes");
    form?.focusRemark(id);
  }

  /** Show the request as it is now. What was typed is kept. */
  async function reload() {
    forgetRequest(entry.id);
    head.heading.focus();
    await load();
    entry.request = { ...entry.request, subject_hash: entry.seen };
    update();
  }

  /** Read who has changed the deadline. */
  async function readExtensions() {
    deadline = entry.request.expires_at;
    forgetRequest(entry.id);
    const read = await readRequest(entry.id).catch(() => null); // until it can be read, the deadline alone is said
    if (read && !signal.aborted) head.addDetails(read);
  }

  function discard() {
    const restore = draft.clear();
    setForm(null);
    update();
    head.heading.focus();
    toast("Your draft was discarded.", {
      label: "Undo",
      run() {
        restore();
        if (!signal.aborted) update();
      },
    });
  }

  function update() {
    const { outcome } = entry;
    // A text field keeps the focus; other elements may lose it.
    const hadFocus = decision.contains(document.activeElement) && !document.activeElement?.matches("textarea");
    const reachable = !pending.unreachable;
    buttons.element.hidden = entry.bar !== null;
    buttons.update(request, { open: entry.open && reachable, form: draft.form });
    offline.hidden = reachable || form !== null || outcome !== null;
    // A closed request still shows what was typed, if anything.
    const typed = draft.typedMove;
    if (outcome && (outcome.mine || !typed)) setForm(null);
    else if (outcome && !form && request.contents) setForm(typed);
    head.update();
    if (deadline !== entry.request.expires_at) readExtensions();
    form?.update();
    notices.update(hadFocus);
  }

  remarks.addEventListener("change", () => form?.update(), { signal });
  pending.addEventListener("change", update, { signal });
  update();
  load();
  return {
    element,
    update,
    openForm,
    /** Choose a line of the document with the keys, to comment on. */
    comment: () => entry.open && comment(),
    focus: () => head.heading.focus({ preventScroll: true }),
    /** Close the form, and return whether one was open. */
    escape: () => (draft.form && !entry.outcome ? (closeForm(), true) : false),
  };
}
