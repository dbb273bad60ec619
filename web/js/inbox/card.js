/** The selected request, whole: what it asks and why, what it is about, and the forms to respond with. */

import { h, icon } from "../dom.js";
import { failure } from "../notices.js";
import { cardBody } from "./card-body.js";
import { cardHead } from "./card-head.js";
import { cardNotices } from "./card-notices.js";
import { mayAmend, mayApprove, whole } from "./requests.js";
import { withdraw } from "./responding.js";
import { approval, responseForm } from "./response-form.js";

/** `{element, update, focus, act, escape}`; `next` goes on to another request, `loaded` is called when it is read. */
export function requestCard(entry, { signal, next, loaded }) {
  const { draft } = entry;
  let request = entry.request;
  let form = null;
  let awaited = null;
  const head = cardHead(entry);
  const body = h("div", { class: "card-body" }, h("p", { class: "loading" }, "Reading…"));
  const place = h("div", { class: "form-place" });
  const buttons = {
    approve: button("approve", approval(request), "a", "completed"),
    amend: button("amend", "Amend", "e", "amended"),
    reject: button("reject", "Reject", "r", "rejected"),
  };
  const notices = cardNotices(entry, { next, discard });
  const decision = h("section", { class: "decision", "aria-label": "Your response" }, notices.element, place,
    h("div", { class: "actions", role: "group", "aria-label": "Responses" }, Object.values(buttons)));
  const element = h("article", { class: "card", "aria-label": "Selected request" }, head.element, body, decision);

  function button(action, label, key, picture) {
    return h("button", {
      type: "button", class: action === "reject" ? "danger" : "", "aria-expanded": "false", "aria-keyshortcuts": key,
      onclick: () => (draft.form === action ? shut() : act(action)),
    }, icon(picture, { width: 14, height: 14 }), label, h("kbd", { "aria-hidden": "true" }, key));
  }

  async function load() {
    try {
      request = await whole(entry.id);
      if (signal.aborted) return;
      head.tell(request);
      body.replaceChildren(...cardBody(request, signal));
      if (draft.form && !form) open(draft.form);
      update();
      loaded();
      if (awaited && !form) act(awaited);
    } catch (error) {
      if (!signal.aborted) body.replaceChildren(failure(error, load));
    }
  }

  /** Put the form of an action into its place, or none. */
  function open(action) {
    draft.form = action;
    form = action && responseForm(entry, action, request, shut);
    place.replaceChildren(...(form ? [form.element] : []));
  }

  function shut() {
    if (entry.closure) return head.heading.focus();
    const opener = buttons[draft.form];
    open(null);
    draft.keep();
    withdraw(entry);
    update();
    opener.focus();
  }

  /** Open the form of an action and put the focus where it goes on from there; false where that cannot be. */
  function act(action) {
    if (!entry.open || buttons[action].disabled) return false;
    if (action === "amend" && !request.contents) {
      awaited = action; // what it amends is not there yet
      return true;
    }
    open(action);
    draft.keep();
    update();
    form.focus();
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
    // A text that somebody is in stays; what else has the focus may go.
    const held = decision.contains(document.activeElement) && !document.activeElement.matches("textarea");
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
    element, update, act,
    focus: () => head.heading.focus({ preventScroll: true }),
    /** Close the open form; false where there is none. */
    escape: () => (draft.form && !entry.closure ? (shut(), true) : false),
  };
}
