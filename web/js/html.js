/**
 * The only module that makes markup from text: HTML that the API has sanitised. The Content-Security-Policy allows no
 * other. Large documents are inserted in steps.
 */

import { h } from "./dom.js";
import { pieces } from "./text.js";

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

const ELEMENTS_PER_STEP = 50;

/** A longer text (in characters) is split into parts: browsers skip the layout of those that are off screen. */
const SPLIT_FROM = 50_000;
const LINES_PER_PART = 100;

/**
 * Fill `place` with the elements of a representation, in steps.
 * @param {DocumentFragment} fragment
 * @param {Element} place
 */
export function* insertInSteps(fragment, place) {
  const whole = fragment.firstElementChild ?? h("article", { class: "rendered" });
  const shell = /** @type {Element} */ (whole.cloneNode(false));
  place.replaceChildren(shell);
  while (whole.firstChild) {
    const code = whole.firstElementChild?.matches("pre") && whole.firstElementChild.firstElementChild;
    if (code instanceof HTMLElement && !code.childElementCount && code.textContent.length > SPLIT_FROM) {
      yield* insertParts(code, shell);
      continue;
    }
    const chunk = document.createDocumentFragment();
    for (let i = 0; i < ELEMENTS_PER_STEP && whole.firstChild; i += 1) chunk.append(whole.firstChild);
    for (const item of chunk.querySelectorAll("li")) addCheckbox(item);
    for (const table of chunk.querySelectorAll("table")) wrapTable(table);
    for (const code of chunk.querySelectorAll("pre")) overflow.observe(code);
    shell.append(chunk);
    yield;
  }
}

/**
 * Insert a long plain text, in parts.
 * @param {Element} code
 * @param {Element} shell
 */
function* insertParts(code, shell) {
  const lines = code.textContent.split("\n");
  code.replaceChildren();
  if (code.parentElement) shell.append(code.parentElement);
  for (let at = 0; at < lines.length; at += LINES_PER_PART) {
    const part = lines.slice(at, at + LINES_PER_PART);
    const end = at + LINES_PER_PART < lines.length ? "\n" : "";
    for (const text of pieces(part.join("\n") + end)) {
      const height = Math.max(1, text.split("\n").length - 1);
      code.append(h("span", { class: "part", style: { "--lines": height } }, text));
      yield;
    }
  }
}

/** An element that is wider than the page scrolls by itself, so the keyboard has to reach it. */
const overflow = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }
});

const LONG_WORD = /\S{32}/; // a hash has 64 characters

/** @param {Element} table */
function wrapTable(table) {
  for (const code of table.querySelectorAll("code")) code.classList.toggle("breaks", LONG_WORD.test(code.textContent));
  const frame = h("div", { class: "table-frame", role: "group", "aria-label": "Table" });
  table.replaceWith(frame);
  frame.append(table);
  overflow.observe(frame);
}

const BOX = /^\[([ xX])\]\s/;

/**
 * Show "[x] text" in a list as a checked box, and "[ ] text" as an empty one.
 * @param {Element} item
 */
function addCheckbox(item) {
  const text = firstText(item);
  const found = text && BOX.exec(text.data.trimStart());
  if (!found) return;
  const done = found[1] !== " ";
  const label = done ? "Done" : "Not done";
  text.data = text.data.trimStart().slice(found[0].length);
  text.before(h("input", { type: "checkbox", checked: done, disabled: true, "aria-label": label }));
  item.classList.add("task");
}

/**
 * The text at the start of a list's item, or of its first paragraph; null if it starts with an element.
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
