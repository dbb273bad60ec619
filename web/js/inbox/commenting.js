/** Comments on a document that is shown: a button beside the place under the pointer, or that the keys have chosen. */

import { h, icon } from "../dom.js";
import { count } from "../labels.js";
import { announce } from "../notices.js";
import { locationOf, placeAt, placesIn } from "./places.js";
import { isQuoted, quoteOf } from "./remarks.js";

/** @import { RemarkSet } from "./remark-set.js" */
/** @import { Place } from "./places.js" */
/** @import { Remark } from "./remarks.js" */

/** @typedef {{ artifactId: string, view: "document" | "changes", name: string }} Subject what is shown */

const STEPS = /** @type {Record<string, number>} */ ({ ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 });
const MAX_PLACES = 5_000; // that the keys reach

/** The places with a comment; css/inbox.css has their colour. Browsers without it do not mark them. */
const marks = globalThis.Highlight && new Highlight();
if (marks) CSS.highlights.set("remarks", marks);

/**
 * Let people comment on what `body` shows, until `signal` aborts. `comment(remark)` opens the composer at a new remark.
 * `start()` begins to choose a place with the keys; `back` is focused afterwards.
 * @param {HTMLElement} body
 * @param {Subject} subject
 * @param {{ remarks: RemarkSet, comment: (remark: Remark) => void, back: () => HTMLElement, signal: AbortSignal }} options
 */
export function commenting(body, { artifactId, view, name }, { remarks, comment, back, signal }) {
  const button = h(
    "button",
    { type: "button", class: "comment-here", hidden: true, tabIndex: -1, onclick: add, onkeydown: move, onblur: leave },
    icon("plus", { width: 14, height: 14 }),
  );
  body.append(button);
  /** @type {Place | null} */
  let place = null;
  /** @type {Place[]} */
  let places = [];
  /** @type {Remark | null} */
  let target = null; // to jump to, once it is shown
  /** @type {Range[]} */
  let marked = [];

  /** @param {Place | null} next */
  function point(next) {
    place = next;
    button.hidden = !next;
    if (!next) return;
    const [there, here] = [next.range.getBoundingClientRect(), body.getBoundingClientRect()];
    button.style.setProperty("top", `${there.top - here.top + body.scrollTop}px`);
    button.setAttribute("aria-label", `Comment on “${quoteOf(next.text)}”`);
  }

  /** @param {PointerEvent} event */
  function hover(event) {
    if (document.activeElement === button || button.contains(/** @type {Node} */ (event.target))) return;
    const next = placeAt(body, event);
    if (next?.element !== place?.element || next?.line !== place?.line) point(next ?? place);
  }

  /**
   * A finger, or the pointer, chooses a place at once, also while the keys choose one.
   * @param {PointerEvent} event
   */
  function press(event) {
    if (!button.contains(/** @type {Node} */ (event.target))) button.blur();
    hover(event);
  }

  function add() {
    if (!place) return;
    const selection = getSelection();
    const selected = selection && !selection.isCollapsed && selection.containsNode(place.element, true);
    const quote = quoteOf(selected && view === "document" ? selection.toString() : place.text);
    const found = place;
    const at = [...placesIn(body)].findIndex(({ element, line }) => element === found.element && line === found.line);
    const location = locationOf(place, view === "changes" ? `the changes of ${name}` : name, body);
    point(null);
    comment(remarks.add({ artifactId, view, location, at, quote }));
  }

  function readPlaces() {
    places = [];
    for (const one of placesIn(body)) if (places.push(one) >= MAX_PLACES) break;
  }

  function start() {
    readPlaces();
    const first = places.find(({ range }) => range.getBoundingClientRect().top > 80) ?? places[0];
    if (first) choose(first);
    else announce("There is nothing to comment on.");
  }

  /** @param {Place} next */
  function choose(next) {
    point(next);
    next.range.startContainer.parentElement?.scrollIntoView({ block: "nearest" });
    button.focus();
    announce(`${places.indexOf(next) + 1} of ${places.length}: ${quoteOf(next.text)}`);
    mark();
  }

  /** @param {KeyboardEvent} event */
  function move(event) {
    const step = STEPS[event.key];
    if (event.key !== "Escape" && !step) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return back().focus();
    const next = places[places.findIndex(({ range }) => range === place?.range) + step];
    if (next) choose(next);
  }

  function leave() {
    point(null);
    mark();
  }

  /** Mark the places of the remarks, and the one that the keys have chosen. */
  function mark() {
    const mine = remarks.all.filter((one) => one.artifactId === artifactId && one.view === view);
    for (const range of marked) marks?.delete(range);
    const chosen = document.activeElement === button && place ? [place.range] : [];
    marked = [...chosen, ...mine.flatMap((one) => find(one) ?? [])];
    for (const range of marked) marks?.add(range);
    const range = target && find(target);
    if (!range) return;
    target = null;
    range.startContainer.parentElement?.scrollIntoView({ block: "center" });
  }

  /**
   * The range of a remark, or null if the document shows something else there, such as another file.
   * @param {Remark} remark
   */
  function find({ at, quote }) {
    let index = 0;
    for (const { text, range } of placesIn(body)) {
      if (index === at) return isQuoted(text, quote) ? range : null;
      index += 1;
    }
    return null;
  }

  /**
   * A finger that is lifted leaves, too: the button has to stay, to be pressed.
   * @param {PointerEvent} event
   */
  function leaveWith({ pointerType }) {
    if (pointerType === "mouse" && document.activeElement !== button) point(null);
  }

  button.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
  body.addEventListener("pointermove", hover, { signal });
  body.addEventListener("pointerdown", press, { signal });
  body.addEventListener("pointerleave", leaveWith, { signal });
  remarks.addEventListener("change", mark, { signal });
  const shown = new MutationObserver(mark);
  shown.observe(body, { subtree: true, attributes: true, attributeFilter: ["aria-busy"] });
  signal.addEventListener("abort", () => {
    shown.disconnect();
    for (const range of marked) marks?.delete(range);
  });
  return {
    start,
    /** @param {Remark} remark */
    jump(remark) {
      target = remark;
      mark();
    },
    /**
     * Choose the place of a remark again, so that the keys continue from there. Return whether it is shown.
     * @param {Remark} remark
     */
    resume({ at, quote }) {
      readPlaces();
      const found = places[at];
      if (!found || !isQuoted(found.text, quote)) return false;
      choose(found);
      announce(`The comment is kept. ${count(remarks.all.length, "comment")}, not sent yet.`);
      return true;
    },
  };
}
