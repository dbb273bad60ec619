/**
 * The only place that makes markup from text: HTML that the API has sanitised. The Content-Security-Policy allows no other.
 * Large documents are put on the page bit by bit.
 */

import { h } from "./dom.js";

const policy = globalThis.trustedTypes?.createPolicy("botarmy", { createHTML: (html) => html });

/**
 * The elements of an artifact's HTML representation.
 * @param {string} html
 */
export function parseHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}

/** Elements that are put on the page in one step. */
const STEP = 50;

/** A text that is longer than this is laid out by parts, so that what is out of sight costs nothing. */
const LONG = 50_000;
const PART = 100; // lines
const WIDE = 20_000; // characters of a line; a browser takes seconds to lay out one of a megabyte

/**
 * Fill `place` with the elements of a representation; one step at a time.
 * @param {DocumentFragment} fragment
 * @param {Element} place
 */
export function* insertInSteps(fragment, place) {
  const whole = fragment.firstElementChild ?? h("article", { class: "rendered" });
  const shell = /** @type {Element} */ (whole.cloneNode(false));
  place.replaceChildren(shell);
  while (whole.firstChild) {
    const code = whole.firstElementChild?.matches("pre") && whole.firstElementChild.firstElementChild;
    if (code instanceof HTMLElement && !code.childElementCount && code.textContent.length > LONG) {
      yield* parted(code, shell);
      continue;
    }
    const some = document.createDocumentFragment();
    for (let i = 0; i < STEP && whole.firstChild; i += 1) some.append(whole.firstChild);
    for (const item of some.querySelectorAll("li")) tick(item);
    for (const table of some.querySelectorAll("table")) wrap(table);
    for (const code of some.querySelectorAll("pre")) sizes.observe(code);
    shell.append(some);
    yield;
  }
}

/**
 * A long plain text, in parts.
 * @param {Element} code
 * @param {Element} shell
 */
function* parted(code, shell) {
  const lines = code.textContent.split("\n");
  code.replaceChildren();
  if (code.parentElement) shell.append(code.parentElement);
  for (let at = 0; at < lines.length; at += PART) {
    const some = lines.slice(at, at + PART);
    const end = at + PART < lines.length ? "\n" : "";
    for (const text of cut(some.join("\n") + end)) {
      const height = Math.max(1, text.split("\n").length - 1);
      code.append(h("span", { class: "part", style: { "--lines": height } }, text));
      yield;
    }
  }
}

/**
 * A text in pieces that can be laid out, at the ends of lines where there are any.
 * @param {string} text
 */
function* cut(text) {
  for (let at = 0; at < text.length;) {
    let piece = text.slice(at, at + WIDE);
    if (at + WIDE < text.length) {
      piece = piece.slice(0, piece.lastIndexOf("\n") + 1) || piece;
      if (/[\uD800-\uDBFF]$/.test(piece)) piece = piece.slice(0, -1); // a character of two halves stays whole
    }
    yield piece;
    at += piece.length;
  }
}

/** What is wider than the page scrolls by itself, and so has to be within reach of the keyboard. */
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }
});

/** @param {Element} table */
function wrap(table) {
  const frame = h("div", { class: "table-frame", role: "group", "aria-label": "Table" });
  table.replaceWith(frame);
  frame.append(table);
  sizes.observe(frame);
}

const BOX = /^\[([ xX])\]\s/;

/**
 * "[x] this" in a list is a task that is done.
 * @param {Element} item
 */
function tick(item) {
  const text = firstText(item);
  const found = text && BOX.exec(text.data.trimStart());
  if (!found) return;
  const done = found[1] !== " ";
  const says = done ? "Done" : "Not done";
  text.data = text.data.trimStart().slice(found[0].length);
  text.before(h("input", { type: "checkbox", checked: done, disabled: true, "aria-label": says }));
  item.classList.add("task");
}

/**
 * The text that a list's item begins with, itself or in its first paragraph.
 * @param {Node} item
 * @returns {Text | null}
 */
function firstText(item) {
  for (const node of item.childNodes) {
    if (node.nodeName === "P") return firstText(node);
    if (!(node instanceof Text)) return null;
    if (node.data.trim()) return node;
  }
  return null;
}
