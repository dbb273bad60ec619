/** Navigation from row to row by keyboard. If the focused row is removed, its neighbour gets the focus. */

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

  /** The address of the row that had the focus last, or null. */
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
    const row = [...this.#body.rows].find((candidate) => linkOf(candidate)?.getAttribute("href") === address);
    if (row) visit(row, "center");
  }

  /** @param {number} index */
  goToRow(index) {
    visit(this.#body.rows[index]);
  }

  /**
   * Change the rows without losing the focus.
   * @param {() => void} change
   */
  keepFocus(change) {
    const focusedRow = document.activeElement?.closest("tr");
    const within = focusedRow?.parentElement === this.#body;
    const index = within ? [...this.#body.rows].indexOf(focusedRow) : -1;
    const focused = document.activeElement;
    change();
    if (!within || focused === document.activeElement) return;
    const row = focusedRow.isConnected ? focusedRow : this.#body.rows[Math.min(index, this.#body.rows.length - 1)];
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
