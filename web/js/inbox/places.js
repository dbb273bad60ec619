/** The places of a document that a person can comment on: paragraphs, items, rows, and the lines of code and diffs. */

import { quoteOf } from "./remarks.js";

/** @typedef {{ element: Element, range: Range, text: string, line: number | null }} Place `line` is counted from 1 */

const BLOCKS = "h1, h2, h3, h4, h5, h6, p, li, tr, pre, .diff-line";
const INNER = "p, li, tr, pre";
/** What belongs to the view, and the hidden source of a diagram. */
const NO_PLACES = "[hidden], file-tree, .file-head";
const HEADINGS = "h1, h2, h3, h4, h5, h6";

/**
 * All places of what is shown in `root`, in their order.
 * @param {Element} root
 */
export function* placesIn(root) {
  for (const block of root.querySelectorAll(BLOCKS)) {
    if (block.closest(NO_PLACES)) continue;
    if (block.matches("pre")) yield* linesOf(block);
    else {
      const place = blockPlace(block);
      if (place) yield place;
    }
  }
}

/**
 * The place under a point, or null.
 * @param {Element} root
 * @param {{ target: EventTarget | null, clientX: number, clientY: number }} point
 * @returns {Place | null}
 */
export function placeAt(root, { target, clientX: x, clientY: y }) {
  const block = target instanceof Element ? target.closest(BLOCKS) : null;
  if (!block || !root.contains(block) || block.closest(NO_PLACES)) return null;
  if (!block.matches("pre")) return blockPlace(block);
  const caret = caretAt(x, y);
  if (!caret || !block.contains(caret.node)) return null;
  const before = document.createRange();
  before.setStart(block, 0);
  before.setEnd(caret.node, caret.offset);
  const number = before.toString().split("\n").length;
  return linesOf(block, number).next().value ?? null;
}

/**
 * A place in words: "Software specification v1, under “Goals”", "Source code v1, main.py, line 12".
 * @param {Place} place
 * @param {string} document
 * @param {Element} root
 */
export function locationOf({ element, line }, document, root) {
  const file = root.querySelector(".file-head .mono")?.textContent;
  const parts = [document, file, line && `line ${line}`];
  const heading = line ? null : headingBefore(element);
  return parts.filter(Boolean).join(", ") + (heading ? `, under “${quoteOf(heading)}”` : "");
}

/**
 * @param {Element} block
 * @returns {Place | null}
 */
function blockPlace(block) {
  const range = document.createRange();
  range.selectNodeContents(block);
  const inner = block.querySelector(INNER);
  // An item may hold further items: the place is what comes before them.
  if (inner && block.matches("li")) range.setEndBefore(outermost(inner, block));
  else if (inner) return null;
  if (block.matches(".diff-line")) return diffPlace(block, range);
  const cells = block.matches("tr") ? [...block.children].map((cell) => cell.textContent.trim()).join(" | ") : null;
  const text = cells ?? range.toString();
  return text.trim() ? { element: block, range, text, line: null } : null;
}

/**
 * @param {Element} line
 * @param {Range} range
 */
function diffPlace(line, range) {
  const [old, now, sign, text] = [...line.children].map((cell) => cell.textContent);
  range.selectNodeContents(/** @type {Element} */ (line.lastElementChild));
  return { element: line, range, text: `${sign} ${text}`, line: Number(now || old) };
}

/**
 * The child of `block` that holds `inner`.
 * @param {Element} inner
 * @param {Element} block
 */
function outermost(inner, block) {
  let found = inner;
  while (found.parentElement && found.parentElement !== block) found = found.parentElement;
  return found;
}

/**
 * The lines of a block of code that are not empty, or the one with a number.
 * @param {Element} pre
 * @param {number} [only]
 * @returns {Generator<Place, void>}
 */
function* linesOf(pre, only) {
  const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
  /** @type {[Node, number]} */
  let start = [pre, 0];
  let line = 1;
  /** @type {(node: Node, offset: number) => Iterable<Place>} */
  const until = function* (node, offset) {
    if (only !== undefined && line !== only) return;
    const range = document.createRange();
    range.setStart(...start);
    range.setEnd(node, offset);
    const text = range.toString();
    if (text.trim()) yield { element: pre, range, text, line };
  };
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.nodeValue ?? "";
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      yield* until(node, at);
      start = [node, at + 1];
      line += 1;
      if (only !== undefined && line > only) return;
    }
  }
  yield* until(pre, pre.childNodes.length);
}

/**
 * The text of the heading above a block of a rendered document, or null.
 * @param {Element} block
 */
function headingBefore(block) {
  if (block.matches(HEADINGS)) return null;
  let top = block;
  while (top.parentElement && !top.parentElement.matches(".rendered")) top = top.parentElement;
  for (let before = top.previousElementSibling; before; before = before.previousElementSibling) {
    if (before.matches(HEADINGS)) return before.textContent;
  }
  return null;
}

/**
 * @param {number} x
 * @param {number} y
 */
function caretAt(x, y) {
  const found = document.caretPositionFromPoint?.(x, y);
  if (found) return { node: found.offsetNode, offset: found.offset };
  const range = document.caretRangeFromPoint?.(x, y); // Safari before 18.4
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}
