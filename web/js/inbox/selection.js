/** The request that the inbox shows: it follows the address, the keyboard and decisions. */

import { failure } from "../notices.js";
import { go } from "../navigation.js";
import { Problem } from "../rest.js";
import { entries } from "./entries.js";
import { address, addressed } from "./addresses.js";
import { readRequest } from "./requests.js";

/** @import { cardPane } from "./card-pane.js" */
/** @import { Entry } from "./entry.js" */
/** @import { listPane } from "./list-pane.js" */

/** From this width, the panes are side by side; css/inbox.css has the same value. */
export const wide = matchMedia("(min-width: 60rem)");

/** The API's statuses for an id that no request has, or that is malformed. */
const NO_SUCH_REQUEST = new Set([404, 422]);

export class InboxSelection {
  #list;
  #cards;
  #view;
  #signal;
  #noSuchRequest;
  #leaveList;
  #paint;
  #revealed = false;

  /**
   * `view` is the element of both panes; `paint()` is called after each change; `leaveList()` takes the focus when no
   * request is left; `noSuchRequest()` makes the notice for an unknown id.
   * @param {object} parts
   * @param {ReturnType<typeof listPane>} parts.list
   * @param {ReturnType<typeof cardPane>} parts.cards
   * @param {HTMLElement} parts.view
   * @param {() => void} parts.paint
   * @param {() => void} parts.leaveList
   * @param {() => HTMLElement} parts.noSuchRequest
   * @param {AbortSignal} parts.signal
   */
  constructor({ list, cards, view, paint, leaveList, noSuchRequest, signal }) {
    this.#list = list;
    this.#cards = cards;
    this.#view = view;
    this.#paint = paint;
    this.#leaveList = leaveList;
    this.#noSuchRequest = noSuchRequest;
    this.#signal = signal;
  }

  /**
   * Show an entry's card, or none; `after` is the entry that was decided just before.
   * @param {Entry | null} entry
   * @param {Entry | null} [after]
   */
  show(entry, after = null) {
    entries.select(entry);
    this.#view.dataset.open = entry ? "yes" : "no";
    this.#cards.show(entry, { after, next: (from) => this.moveOn(from), loaded: () => this.#prefetch() });
    scrollTo(0, 0);
    this.#paint();
    if (entry) this.#reveal(entry);
  }

  /** Scroll the list to the selected row, as soon as it has one. */
  revealOnce() {
    if (!this.#revealed && entries.selected && entries.listed) this.#reveal(entries.selected);
  }

  /** @param {Entry} entry */
  #reveal(entry) {
    this.#revealed = entries.listed !== null;
    if (wide.matches) this.#list.list.reveal(entry);
  }

  /**
   * Select an entry, in the address too; with `focus`, its card gets the focus.
   * @param {Entry} entry
   * @param {{ focus?: boolean | null, replace?: boolean, after?: Entry | null }} [options]
   */
  select(entry, { focus = false, replace = false, after } = {}) {
    if (entry !== entries.selected) {
      this.show(entry, after);
      go(address(entry.id), { replace });
    }
    if (focus) this.#cards.card?.focus();
  }

  /** Show the request that the address names, or the first one if it names none and both panes are shown. */
  async followAddress() {
    const id = addressed();
    if (!id) {
      const first = this.first();
      if (first) this.select(first, { replace: true });
      else if (this.#view.dataset.open === "yes") this.#leaveCard();
      return;
    }
    if (id === entries.selected?.id) return;
    try {
      const entry = await entries.find(id, this.#signal);
      if (addressed() === id) this.show(entry);
    } catch (error) {
      if (this.#signal.aborted || addressed() !== id) return;
      entries.select(null);
      this.#view.dataset.open = "yes";
      const missing = error instanceof Problem && NO_SUCH_REQUEST.has(error.status);
      if (missing) this.#cards.fail(this.#noSuchRequest(), { hasLink: true });
      else this.#cards.fail(failure(error, () => this.followAddress()));
    }
  }

  /** The entry that is shown if the address names no request: one that this person may decide, if there is any. */
  first() {
    return wide.matches ? readable(this.#list.visible()) : undefined;
  }

  #leaveCard() {
    const before = entries.selected;
    this.show(null);
    if (before) this.#list.list.focus(before);
  }

  /**
   * Select the entry `by` rows further down; the focus stays in its pane.
   * @param {number} by
   */
  step(by) {
    const rows = this.#list.visible();
    const at = entries.selected ? rows.indexOf(entries.selected) : -1;
    const entry = at < 0 ? rows[0] : rows[at + by];
    if (!entry) return;
    const inCard = this.#cards.card && (!wide.matches || this.#cards.element.contains(document.activeElement));
    this.select(entry, { replace: true, focus: Boolean(inCard) });
    if (!inCard) this.#list.list.focus(entry);
  }

  /**
   * Select the next open entry after `from`, else the nearest before it, else one that others decide, else none.
   * @param {Entry} from
   */
  moveOn(from) {
    const rows = this.#list.visible();
    const at = rows.indexOf(from);
    const after = from.outcome?.mine ? from : null;
    const next = readable([...rows.slice(at + 1), ...rows.slice(0, Math.max(0, at)).reverse()]);
    if (next) {
      this.select(next, { focus: true, replace: true, after });
      return;
    }
    this.show(null, after);
    go(address(null), { replace: true });
    this.#leaveList();
  }

  /** Read the next request before it is opened. */
  #prefetch() {
    const rows = this.#list.visible();
    const next = entries.selected ? rows[rows.indexOf(entries.selected) + 1] : rows[0];
    const idle = globalThis.requestIdleCallback ?? setTimeout;
    if (next?.open) idle(() => !this.#signal.aborted && readRequest(next.id).catch(() => {}));
  }
}

/**
 * The first entry that is open, else the first that only others may decide.
 * @param {Entry[]} rows
 */
const readable = (rows) => rows.find((entry) => entry.open) ?? rows.find((entry) => entry.bar !== null);
