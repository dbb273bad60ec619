/** The inbox's keys. */

import { shortcuts } from "../keyboard.js";
import { go } from "../router.js";
import { entries } from "./entries.js";

const CONTROLS = "a, button, summary, input, [role=tab]";

/** Put them in force; `list` and `cards` are the panes, the others what views/inbox.js can do. */
export function inboxKeys({ list, cards, step, approveChosen, closeCard }, signal) {
  const act = (action) => cards.card?.act(action) ?? false;
  shortcuts({
    j: ["Next request", () => step(1)],
    k: ["Previous request", () => step(-1)],
    Enter: ["Go to the request's card", () => {
      // A link or a button has its own use for it.
      if (!cards.card || document.activeElement.closest(CONTROLS)) return false;
      cards.card.focus();
      return true;
    }],
    a: ["Approve, or approve the selected ones", () => (list.checks.size ? approveChosen() : act("approve"))],
    e: ["Amend", () => act("amend")],
    r: ["Reject", () => act("reject")],
    x: ["Select for several at once", () => {
      const entry = entries.selected;
      if (entry) list.checks.set(entry, !list.checks.has(entry));
    }],
    o: ["Open the project", () => (entries.selected ? go(`/projects/${entries.selected.request.project_id}`) : false)],
    "/": ["Filter the requests", () => list.search.focus()],
    Escape: ["Close the form, or go back to the list", () => cards.card?.escape() || closeCard()],
  }, signal);
}
