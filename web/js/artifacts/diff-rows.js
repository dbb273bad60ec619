/** The lines of a diff as rows. Rows are copied from patterns, not built: that is several times as fast. */

import { h } from "../dom.js";
import { count } from "../labels.js";
import { visible } from "../text.js";
import { changedParts } from "./unified-diff.js";

/** Lines of a block: what is out of sight is laid out by blocks, or not at all (content-visibility). */
const BLOCK = 100;

/** Characters of a line that are shown: a browser takes seconds to lay out one of a megabyte. */
const WIDE = 10_000;

const pattern = (kind, sign, word) => h("div", { class: "diff-line", role: "row", dataset: { kind } },
  h("span", { class: "no", role: "cell" }), h("span", { class: "no", role: "cell" }),
  h("span", { class: "sign", role: "cell", "aria-label": word }, sign), h("span", { class: "text", role: "cell" }));

const PATTERNS = {
  " ": pattern("same", " ", "unchanged"),
  "+": pattern("added", "+", "added"),
  "-": pattern("removed", "−", "removed"),
};

/** Put a file's lines into `body`, block by block; each step gives the number of lines that it has put there. */
export function* blocks(file, body) {
  const label = `Changes in ${visible(file.path ?? file.was)}`;
  const table = h("div", { class: "diff-table", role: "table", "aria-label": label });
  body.append(table);
  for (const hunk of file.hunks) {
    const parts = changedParts(hunk.lines);
    const place = h("span", { role: "cell", "aria-colspan": "4" }, heading(hunk));
    const named = h("div", { class: "diff-hunk", role: "row" }, place);
    for (let at = 0; at < hunk.lines.length; at += BLOCK) {
      const lines = hunk.lines.slice(at, at + BLOCK);
      table.append(h("div", { class: "diff-block", role: "rowgroup", style: { "--lines": lines.length } },
        at === 0 && named, lines.map((line) => row(line, parts.get(line)))));
      yield lines.length;
    }
  }
}

/** How many digits the highest line number of some files has. */
export function digits(files) {
  const last = files.flatMap(({ hunks }) => hunks.slice(-1));
  const ends = last.map((one) => Math.max(one.old + one.oldCount, one.new + one.newCount));
  return String(Math.max(1, ...ends)).length;
}

function heading(hunk) {
  const range = (start, length) => (length === 1 ? `line ${start}` : `lines ${start} to ${start + length - 1}`);
  if (!hunk.oldCount) return `New ${range(hunk.new, hunk.newCount)}`;
  if (!hunk.newCount) return `Removed ${range(hunk.old, hunk.oldCount)}`;
  const text = range(hunk.new, hunk.newCount);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function row(line, part) {
  const element = PATTERNS[line.kind].cloneNode(true);
  const [old, now, , text] = element.children;
  if (line.old !== null) old.textContent = line.old;
  if (line.new !== null) now.textContent = line.new;
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
