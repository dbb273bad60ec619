/** The selected request in full: its question, its reason, what it is about, and the forms to respond with. */

import { h, icon } from "../dom.js";
import { failure } from "../notices.js";
import { cardBody } from "./card-body.js";
import { cardHead } from "./card-head.js";
import { cardNotices } from "./card-notices.js";
import { mayAmend, mayApprove, readRequest } from "./requests.js";
import { withdraw } from "./responding.js";
import { approveLabel, responseForm } from "./response-form.js";

/** @import { HitlAction } from "../api.d.ts" */
/** @import { Asked, Entry } from "./entry.js" */

/**
 * The card of an entry. `next()` continues with another request, `loaded()` is called when the request is read.
 * @param {Entry} entry
 * @param {{ signal: AbortSignal, next: () => void, loaded: () => void }} options
 */
export function requestCard(entry, { signal, next, loaded }) {
  const { draft } = entry;
  /** @type {Asked} */
  let request = entry.request;
  /** @type {ReturnType<typeof responseForm> | null} */
  let form = null;
  /** @type {HitlAction | null} */
  let pendingAction = null; // to open once the request is read
  const head = cardHead(entry);
  const body = h("div", { class: "card-body" }, h("p", { class: "loading" }, "Reading…"));
  const place = h("div", { class: "form-place" });
  const buttons = {
    approve: button("approve", approveLabel(request), "a", "completed"),
    amend: button("amend", "Amend", "e", "amended"),
    reject: button("reject", "Reject", "r", "rejected"),
  };
  const notices = cardNotices(entry, { next, discard });
  const decision = h(
    "section",
    { class: "decision", "aria-label": "Your response" },
    notices.element,
    place,
    h("div", { class: "actions", role: "group", "aria-label": "Responses" }, Object.values(buttons)),
  );
  const element = h("article", { class: "card", "aria-label": "Selected request" }, head.element, body, decision);

  /**
   * @param {HitlAction} action
   * @param {string} label
   * @param {string} key
   * @param {string} iconName
   */
  function button(action, label, key, iconName) {
    return h(
      "button",
      {
        type: "button",
        class: action === "reject" ? "danger" : "",
        "aria-expanded": "false",
        "aria-keyshortcuts": key,
        onclick: () => (draft.form === action ? closeForm() : openForm(action)),
      },
      icon(iconName, { width: 14, height: 14 }),
      label,
      h("kbd", { "aria-hidden": "true" }, key),
    );
  }

  async function load() {
    try {
      const read = await readRequest(entry.id);
      if (signal.aborted) return;
      request = read;
      head.addDetails(read);
      body.replaceChildren(...cardBody(read, signal));
      if (draft.form && !form) setForm(draft.form);
      update();
      loaded();
      if (pendingAction && !form) openForm(pendingAction);
    } catch (error) {
      if (!signal.aborted) body.replaceChildren(failure(error, load));
    }
  }

  /**
   * Show the form of an action; null removes it.
   * @param {HitlAction | null} action
   */
  function setForm(action) {
    draft.form = action;
    form = action && responseForm(entry, action, request, closeForm);
    place.replaceChildren(...(form ? [form.element] : []));
  }

  function closeForm() {
    if (entry.outcome) return head.heading.focus();
    const opener = draft.form && buttons[draft.form];
    setForm(null);
    draft.saveSoon();
    withdraw(entry);
    update();
    opener?.focus();
  }

  /**
   * Open the form of an action and focus it. Return whether that was possible.
   * @param {HitlAction} action
   */
  function openForm(action) {
    if (!entry.open || buttons[action].disabled) return false;
    if (action === "amend" && !request.contents) {
      pendingAction = action;
      return true;
    }
    setForm(action);
    draft.saveSoon();
    update();
    form?.focus();
    // On a small screen the form is part of the page's flow instead of staying at its bottom.
    if (getComputedStyle(decision).position === "static") decision.scrollIntoView({ block: "start" });
    return true;
  }

  function discard() {
    draft.clear();
    update();
    head.heading.focus();
  }

  function update() {
    const { outcome } = entry;
    // A text field keeps the focus; other elements may lose it.
    const hadFocus = decision.contains(document.activeElement) && !document.activeElement?.matches("textarea");
    buttons.approve.disabled = !entry.open || !mayApprove(request);
    buttons.amend.disabled = !entry.open || !mayAmend(request);
    buttons.reject.disabled = !entry.open;
    // A closed request still shows what was typed, if anything.
    const typed = draft.typedAction;
    if (outcome && (outcome.mine || !typed)) setForm(null);
    else if (outcome && !form && request.contents) setForm(typed);
    for (const [action, button] of Object.entries(buttons)) {
      button.setAttribute("aria-expanded", String(draft.form === action));
    }
    head.update();
    form?.update();
    notices.update(hadFocus);
  }

  update();
  load();
  return {
    element,
    update,
    openForm,
    focus: () => head.heading.focus({ preventScroll: true }),
    /** Close the form, and return whether one was open. */
    escape: () => (draft.form && !entry.outcome ? (closeForm(), true) : false),
  };
}
