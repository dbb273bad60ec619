/** The lines of a diff as rows. Rows are copied from patterns, not built: that is several times as fast. */

import { h, icon } from "../dom.js";
import { count } from "../labels.js";
import { visible } from "../text.js";
import { changedParts } from "./unified-diff.js";

/** @import { FileDiff, Hunk, Line } from "./unified-diff.js" */

/** Lines of a block: what is out of sight is laid out by blocks, or not at all (content-visibility). */
const BLOCK = 100;

/** Characters of a line that are shown: a browser takes seconds to lay out one of a megabyte. */
const WIDE = 10_000;

/**
 * @param {string} kind
 * @param {string} sign
 * @param {string} word
 */
const pattern = (kind, sign, word) =>
  h(
    "div",
    { class: "diff-line", role: "row", dataset: { kind } },
    h("span", { class: "no", role: "cell" }),
    h("span", { class: "no", role: "cell" }),
    h("span", { class: "sign", role: "cell", "aria-label": word }, sign),
    h("span", { class: "text", role: "cell" }),
  );

/** @type {Record<string, HTMLElement>} */
const PATTERNS = {
  " ": pattern("same", " ", "unchanged"),
  "+": pattern("added", "+", "added"),
  "-": pattern("removed", "−", "removed"),
};

/**
 * Add a file's lines to `body`, block by block. Each step yields the number of lines that it has added.
 * @param {FileDiff} file
 * @param {Element} body
 */
export function* blocks(file, body) {
  const label = `Changes in ${visible(file.path ?? file.was ?? "")}`;
  const table = h("div", { class: "diff-table", role: "table", "aria-label": label });
  body.append(table);
  for (const hunk of file.hunks) {
    const parts = changedParts(hunk.lines);
    const place = h("span", { role: "cell", "aria-colspan": "4" }, heading(hunk));
    const named = h("div", { class: "diff-hunk", role: "row" }, place);
    for (let at = 0; at < hunk.lines.length; at += BLOCK) {
      const lines = hunk.lines.slice(at, at + BLOCK);
      table.append(
        h(
          "div",
          { class: "diff-block", role: "rowgroup", style: { "--lines": lines.length } },
          at === 0 && named,
          lines.map((line) => row(line, parts.get(line))),
        ),
      );
      yield lines.length;
    }
  }
}

/**
 * How many digits the highest line number of some files has.
 * @param {FileDiff[]} files
 */
export function digits(files) {
  const last = files.flatMap(({ hunks }) => hunks.slice(-1));
  const ends = last.map((one) => Math.max(one.old + one.oldCount, one.new + one.newCount));
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
  const element = /** @type {HTMLElement} */ (PATTERNS[line.kind].cloneNode(true));
  const [old, now, , text] = element.children;
  if (line.old !== null) old.textContent = String(line.old);
  if (line.new !== null) now.textContent = String(line.new);
  if (line.text.length > WIDE) {
    text.textContent = visible(line.text.slice(0, WIDE));
    text.append(h("span", { class: "bare" }, count(line.text.length - WIDE, "more character")));
  } else if (part && part[0] < part[1]) {
    const [before, differs, after] = [line.text.slice(0, part[0]), line.text.slice(...part), line.text.slice(part[1])];
    text.append(visible(before), h("mark", {}, visible(differs)), visible(after));
  } else {
    text.textContent = visible(line.text);
  }
  if (line.bare) text.append(h("span", { class: "bare" }, "no newline at the end"));
  return element;
}

/**
 * @param {string} name
 * @param {string} text
 * @param {string} says
 */
const counted = (name, text, says) => h("span", { class: name, role: "img", "aria-label": says }, text);

/**
 * How many lines were added and removed.
 * @param {number} added
 * @param {number} removed
 */
export const counts = (added, removed) =>
  h(
    "span",
    { class: "diff-counts" },
    counted("plus", `+${added.toLocaleString()}`, `${count(added, "line")} added`),
    " ",
    counted("minus", `−${removed.toLocaleString()}`, `${count(removed, "line")} removed`),
  );

/**
 * A file of several, which can be folded.
 * @param {FileDiff} file
 * @param {Element} body
 * @param {boolean} open
 */
export function section(file, body, open) {
  const name = visible(file.path ?? file.was ?? "");
  const fate = file.was === null ? "new" : file.path === null ? "removed" : null;
  return h(
    "details",
    { class: "diff-file", open },
    h(
      "summary",
      {},
      icon("chevron", { class: "diff-turn" }),
      h("span", { class: "mono cut", dir: "auto", title: name }, name),
      fate && h("span", { class: "diff-fate" }, fate),
      counts(file.added, file.removed),
    ),
    body,
  );
}
