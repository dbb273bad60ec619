/** Going from row to row by keyboard. The place is where the focus is; a row that leaves hands it to its neighbour. */

import { closest, find } from "../dom.js";

export class RowNavigation {
  #body;
  /** @type {HTMLTableRowElement | null} */
  #at = null;

  /** @param {HTMLTableSectionElement} body */
  constructor(body) {
    this.#body = body;
    body.addEventListener("focusin", (event) => {
      this.#at = /** @type {HTMLTableRowElement | null} */ (closest(event, "tr"));
    });
  }

  /** The address of the row that was visited last, or null. */
  get at() {
    return (this.#at && linkOf(this.#at)?.getAttribute("href")) ?? null;
  }

  /** @param {number} by */
  move(by) {
    const rows = [...this.#body.rows];
    if (!rows.length) return false;
    const from = rows.findIndex((row) => row === this.#at);
    const to = from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + by));
    return visit(rows[to]);
  }

  /** @param {string} address */
  goTo(address) {
    const row = [...this.#body.rows].find((one) => linkOf(one)?.getAttribute("href") === address);
    if (row) visit(row, "center");
  }

  /** @param {number} index */
  goToRow(index) {
    visit(this.#body.rows[index]);
  }

  /**
   * Do something to the rows without losing the focus.
   * @param {() => void} change
   */
  keepFocus(change) {
    const held = document.activeElement?.closest("tr");
    const within = held?.parentElement === this.#body;
    const index = within ? [...this.#body.rows].indexOf(held) : -1;
    const focused = document.activeElement;
    change();
    if (!within || focused === document.activeElement) return;
    const row = held.isConnected ? held : this.#body.rows[Math.min(index, this.#body.rows.length - 1)];
    if (row) visit(row);
    else find("main").focus({ preventScroll: true });
  }
}

/** @type {(row: Element) => HTMLElement | null} */
const linkOf = (row) => row.querySelector("th a");

/**
 * @param {Element} row
 * @param {ScrollLogicalPosition} [block]
 */
function visit(row, block = "nearest") {
  linkOf(row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block });
}
