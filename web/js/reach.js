/**
 * While the API cannot be reached, nothing that would change something can be pressed: elements with `data-changes`,
 * and forms whose submit button has it. They are marked with `aria-disabled`, not `disabled`, which would take the focus
 * from the one that was just pressed.
 */

import { toast } from "./notices.js";
import { pending } from "./pending.js";

/** Why a button is disabled while the API cannot be reached. */
export const UNREACHABLE = "BotArmy cannot be reached at the moment. What you type is kept.";

const CHANGES = "[data-changes]";
/** @type {Set<Element>} */
const held = new Set();
// A view that is painted meanwhile has new buttons, and some views write the attribute themselves.
const observer = new MutationObserver(hold);

export function startReach() {
  pending.addEventListener("change", () => (pending.unreachable ? watch() : release()));
  for (const type of ["click", "submit"]) document.addEventListener(type, refuse, { capture: true });
}

function watch() {
  hold();
  observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ["aria-disabled"] });
}

function hold() {
  for (const element of document.querySelectorAll(CHANGES)) {
    if (element.getAttribute("aria-disabled") === "true") continue;
    held.add(element);
    element.setAttribute("aria-disabled", "true");
  }
}

function release() {
  observer.disconnect();
  for (const element of held) element.setAttribute("aria-disabled", "false");
  held.clear();
}

/** @param {Event} event */
function refuse(event) {
  if (!pending.unreachable || !(event.target instanceof Element)) return;
  const { target } = event;
  const changes = target instanceof HTMLFormElement ? target.querySelector(CHANGES) : target.closest(CHANGES);
  if (!changes) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast(UNREACHABLE);
}
