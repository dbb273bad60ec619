/** The buttons of a card, one for each move. */

import { moveLabel } from "../decisions.js";
import { h, icon } from "../dom.js";
import { mayApprove, mayEdit } from "./requests.js";

/** @import { Move } from "../labels.js" */
/** @import { Asked } from "./entry.js" */

/** @type {Record<Move, [key: string, hint: string, iconName: string]>} */
const LOOKS = {
  approve: ["a", "a", "completed"],
  changes: ["c", "c", "comment"],
  edit: ["Shift+E", "⇧E", "amended"],
  reject: ["r", "r", "rejected"],
};

const MOVES = /** @type {Move[]} */ (Object.keys(LOOKS));

/**
 * The buttons; `press(move)` opens or closes the form of a move.
 * @param {(move: Move) => void} press
 */
export function cardButtons(press) {
  const labels = MOVES.map(() => h("span", {}));
  const buttons = MOVES.map((move, index) => button(move, labels[index], () => press(move)));
  const element = h("div", { class: "actions", role: "group", "aria-label": "Responses" }, buttons);
  const more = h("button", { type: "button", class: "more", "aria-expanded": "false", onclick: toggle }, "More");
  element.insertBefore(more, buttons[2]);

  // On a narrow screen, the last two are behind this button.
  function toggle() {
    const open = element.dataset.more !== "yes";
    element.dataset.more = open ? "yes" : "no";
    more.setAttribute("aria-expanded", String(open));
  }

  /** @param {Move} move */
  const of = (move) => buttons[MOVES.indexOf(move)];

  return {
    element,
    of,
    /**
     * @param {Asked} request
     * @param {{ open: boolean, form: Move | null }} state `open`: whether a person may respond now
     */
    update(request, { open, form }) {
      const allowed = {
        approve: mayApprove(request),
        changes: request.may_redo,
        edit: mayEdit(request),
        reject: true,
      };
      for (const [index, move] of MOVES.entries()) {
        labels[index].textContent = moveLabel(request, move);
        buttons[index].disabled = !open || !allowed[move];
        // What this request can never be answered with is left out.
        buttons[index].hidden = !allowed[move] && (move === "edit" || move === "changes");
        buttons[index].setAttribute("aria-expanded", String(form === move));
      }
    },
  };
}

/**
 * @param {Move} move
 * @param {HTMLElement} label
 * @param {() => void} onclick
 */
function button(move, label, onclick) {
  const [key, hint, iconName] = LOOKS[move];
  return h(
    "button",
    {
      type: "button",
      class: { approve: "primary", changes: "", edit: "", reject: "danger" }[move],
      dataset: { move },
      "aria-expanded": "false",
      "aria-keyshortcuts": key,
      onclick,
    },
    icon(iconName, { width: 14, height: 14 }),
    label,
    h("kbd", { "aria-hidden": "true" }, hint),
  );
}
