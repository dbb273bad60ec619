/** The selected request, whole: what it asks and why, what it is about, and the forms to respond with. */

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
  let awaited = null;
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
   * @param {string} picture
   */
  function button(action, label, key, picture) {
    return h(
      "button",
      {
        type: "button",
        class: action === "reject" ? "danger" : "",
        "aria-expanded": "false",
        "aria-keyshortcuts": key,
        onclick: () => (draft.form === action ? shut() : act(action)),
      },
      icon(picture, { width: 14, height: 14 }),
      label,
      h("kbd", { "aria-hidden": "true" }, key),
    );
  }

  async function load() {
    try {
      const read = await readRequest(entry.id);
      if (signal.aborted) return;
      request = read;
      head.tell(read);
      body.replaceChildren(...cardBody(read, signal));
      if (draft.form && !form) open(draft.form);
      update();
      loaded();
      if (awaited && !form) act(awaited);
    } catch (error) {
      if (!signal.aborted) body.replaceChildren(failure(error, load));
    }
  }

  /**
   * Put the form of an action into its place, or none.
   * @param {HitlAction | null} action
   */
  function open(action) {
    draft.form = action;
    form = action && responseForm(entry, action, request, shut);
    place.replaceChildren(...(form ? [form.element] : []));
  }

  function shut() {
    if (entry.closure) return head.heading.focus();
    const opener = draft.form && buttons[draft.form];
    open(null);
    draft.keep();
    withdraw(entry);
    update();
    opener?.focus();
  }

  /**
   * Open the form of an action and focus it. Return whether that was possible.
   * @param {HitlAction} action
   */
  function act(action) {
    if (!entry.open || buttons[action].disabled) return false;
    if (action === "amend" && !request.contents) {
      awaited = action; // what it amends is not read yet
      return true;
    }
    open(action);
    draft.keep();
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
    const { closure } = entry;
    // A text field keeps the focus; other elements may lose it.
    const held = decision.contains(document.activeElement) && !document.activeElement?.matches("textarea");
    buttons.approve.disabled = !entry.open || !mayApprove(request);
    buttons.amend.disabled = !entry.open || !mayAmend(request);
    buttons.reject.disabled = !entry.open;
    // What is over shows what was typed, where something was.
    const typed = draft.typedAction;
    if (closure && (closure.mine || !typed)) open(null);
    else if (closure && !form && request.contents) open(typed);
    for (const [action, one] of Object.entries(buttons)) {
      one.setAttribute("aria-expanded", String(draft.form === action));
    }
    head.update();
    form?.update();
    notices.update(held);
  }

  update();
  load();
  return {
    element,
    update,
    act,
    focus: () => head.heading.focus({ preventScroll: true }),
    /** Close the open form; false where there is none. */
    escape: () => (draft.form && !entry.closure ? (shut(), true) : false),
  };
}
