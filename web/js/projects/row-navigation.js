/** Going from row to row by keyboard. The place is where the focus is; a row that leaves hands it to its neighbour. */

export class Walk {
  #body;
  #at = null;

  constructor(body) {
    this.#body = body;
    body.addEventListener("focusin", (event) => { this.#at = event.target.closest("tr"); });
  }

  /** The address of the row that was visited last, or null. */
  get at() {
    return this.#at && linkOf(this.#at).getAttribute("href");
  }

  move(by) {
    const rows = [...this.#body.rows];
    if (!rows.length) return false;
    const from = rows.indexOf(this.#at);
    const to = from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + by));
    return visit(rows[to]);
  }

  goTo(address) {
    const row = [...this.#body.rows].find((one) => linkOf(one).getAttribute("href") === address);
    if (row) visit(row, "center");
  }

  goToRow(index) {
    visit(this.#body.rows[index]);
  }

  /** Do something to the rows without losing the focus. */
  keepFocus(change) {
    const held = document.activeElement?.closest("tr");
    const within = held?.parentElement === this.#body;
    const index = within ? [...this.#body.rows].indexOf(held) : -1;
    const focused = document.activeElement;
    change();
    if (!within || focused === document.activeElement) return;
    const row = held.isConnected ? held : this.#body.rows[Math.min(index, this.#body.rows.length - 1)];
    if (row) visit(row);
    else document.querySelector("main").focus({ preventScroll: true });
  }
}

const linkOf = (row) => row.querySelector("th a");

function visit(row, block = "nearest") {
  linkOf(row).focus({ preventScroll: true });
  row.scrollIntoView({ block });
}
