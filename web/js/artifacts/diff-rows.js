/** The lines of a diff as rows. Cloning a row from a template is several times as fast as building it. */

import { h, icon } from "../dom.js";
import { count } from "../labels.js";
import { visible } from "../text.js";
import { changedParts } from "./unified-diff.js";

/** @import { FileDiff, Hunk, Line } from "./unified-diff.js" */

/** Browsers skip the layout of blocks that are off screen (content-visibility). */
const LINES_PER_BLOCK = 100;

/** Characters shown of a line: a browser takes seconds to lay out a line of a megabyte. */
const MAX_LINE_LENGTH = 10_000;

/**
 * @param {string} kind
 * @param {string} sign
 * @param {string} word
 */
const template = (kind, sign, word) =>
  h(
    "div",
    { class: "diff-line", role: "row", dataset: { kind } },
    h("span", { class: "no", role: "cell" }),
    h("span", { class: "no", role: "cell" }),
    h("span", { class: "sign", role: "cell", "aria-label": word }, sign),
    h("span", { class: "text", role: "cell" }),
  );

/** @type {Record<string, HTMLElement>} */
const TEMPLATES = {
  " ": template("same", " ", "unchanged"),
  "+": template("added", "+", "added"),
  "-": template("removed", "−", "removed"),
};

/**
 * Add a file's lines to `body`, block by block. Yields the number of lines after each block.
 * @param {FileDiff} file
 * @param {Element} body
 */
export function* blocks(file, body) {
  const label = `Changes in ${visible(file.path ?? file.oldPath ?? "")}`;
  const table = h("div", { class: "diff-table", role: "table", "aria-label": label });
  body.append(table);
  for (const hunk of file.hunks) {
    const parts = changedParts(hunk.lines);
    const cell = h("span", { role: "cell", "aria-colspan": "4" }, heading(hunk));
    const headingRow = h("div", { class: "diff-hunk", role: "row" }, cell);
    for (let at = 0; at < hunk.lines.length; at += LINES_PER_BLOCK) {
      const lines = hunk.lines.slice(at, at + LINES_PER_BLOCK);
      table.append(
        h(
          "div",
          { class: "diff-block", role: "rowgroup", style: { "--lines": lines.length } },
          at === 0 && headingRow,
          lines.map((line) => row(line, parts.get(line))),
        ),
      );
      yield lines.length;
    }
  }
}

/**
 * The number of digits of the highest line number in some files.
 * @param {FileDiff[]} files
 */
export function digits(files) {
  const last = files.flatMap(({ hunks }) => hunks.slice(-1));
  const ends = last.map((hunk) => Math.max(hunk.old + hunk.oldCount, hunk.new + hunk.newCount));
  return String(Math.max(1, ...ends)).length;
}

/** @param {Hunk} hunk */
function heading(hunk) {
  /**
   * @param {number} start
   * @param {number} length
   */
  const range = (start, length) => (length === 1 ? `line ${start}` : `lines ${start} to ${start + length - 1}`);
  if (!hunk.oldCount) return `New ${range(hunk.new, hunk.newCount)}`;
  if (!hunk.newCount) return `Removed ${range(hunk.old, hunk.oldCount)}`;
  const text = range(hunk.new, hunk.newCount);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * @param {Line} line
 * @param {[number, number] | undefined} part
 */
function row(line, part) {
  const element = /** @type {HTMLElement} */ (TEMPLATES[line.kind].cloneNode(true));
  const [old, now, , text] = element.children;
  if (line.old !== null) old.textContent = String(line.old);
  if (line.new !== null) now.textContent = String(line.new);
  if (line.text.length > MAX_LINE_LENGTH) {
    text.textContent = visible(line.text.slice(0, MAX_LINE_LENGTH));
    text.append(h("span", { class: "bare" }, count(line.text.length - MAX_LINE_LENGTH, "more character")));
  } else if (part && part[0] < part[1]) {
    const [before, differs, after] = [line.text.slice(0, part[0]), line.text.slice(...part), line.text.slice(part[1])];
    text.append(visible(before), h("mark", {}, visible(differs)), visible(after));
  } else {
    text.textContent = visible(line.text);
  }
  if (line.noNewline) text.append(h("span", { class: "bare" }, "no newline at the end"));
  return element;
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string} label
 */
const countMark = (name, text, label) => h("span", { class: name, role: "img", "aria-label": label }, text);

/**
 * The numbers of added and removed lines.
 * @param {number} added
 * @param {number} removed
 */
export const counts = (added, removed) =>
  h(
    "span",
    { class: "diff-counts" },
    countMark("plus", `+${added.toLocaleString()}`, `${count(added, "line")} added`),
    " ",
    countMark("minus", `−${removed.toLocaleString()}`, `${count(removed, "line")} removed`),
  );

/**
 * One of several files, as a section that can be closed.
 * @param {FileDiff} file
 * @param {Element} body
 * @param {boolean} open
 */
export function section(file, body, open) {
  const name = visible(file.path ?? file.oldPath ?? "");
  const change = file.oldPath === null ? "new" : file.path === null ? "removed" : null;
  return h(
    "details",
    { class: "diff-file", open },
    h(
      "summary",
      {},
      icon("chevron", { class: "diff-turn" }),
      h("span", { class: "mono cut", dir: "auto", title: name }, name),
      change && h("span", { class: "diff-fate" }, change),
      counts(file.added, file.removed),
    ),
    body,
  );
}
