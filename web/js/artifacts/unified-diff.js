/** A unified diff as data. Pure: no DOM, no calls. */

/**
 * @typedef {object} Line
 * @property {string} kind " ", "-" or "+"
 * @property {number | null} old its line number before, null where it has none
 * @property {number | null} new its line number after
 * @property {string} text
 * @property {boolean} bare whether no newline ends it
 */

/** @typedef {{ old: number, oldCount: number, new: number, newCount: number, lines: Line[] }} Hunk */

/**
 * @typedef {object} FileDiff
 * @property {string | null} path null for a file that was removed
 * @property {string | null} was the path before, null for a new file
 * @property {number} added lines
 * @property {number} removed lines
 * @property {Hunk[]} hunks
 */

const RANGE = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * The files of a diff: `[{path, was, added, removed, hunks}]`. `was` is the path before, null for a new file; `path` is
 * null for one that is gone. A hunk is `{old, oldCount, new, newCount, lines}`, a line `{kind, old, new, text, bare}`:
 * `kind` is " ", "-" or "+", `old` and `new` are line numbers (null where it has none), `bare` says that no newline
 * ends it.
 * @param {string} text
 */
export function parse(text) {
  /** @type {FileDiff[]} */
  const files = [];
  const lines = text.split("\n");
  /** @type {FileDiff | null} */
  let file = null;
  let at = 0;
  while (at < lines.length) {
    // The length of a hunk is known, so a removed line that reads "-- x" is never taken for the head of a file.
    const range = RANGE.exec(lines[at]);
    if (file && range) {
      const hunk = hunkOf(range);
      at = read(lines, at + 1, hunk, file);
      file.hunks.push(hunk);
    } else if (lines[at].startsWith("--- ") && lines[at + 1]?.startsWith("+++ ")) {
      file = { was: named(lines[at], "a/"), path: named(lines[at + 1], "b/"), added: 0, removed: 0, hunks: [] };
      files.push(file);
      at += 2;
    } else {
      at += 1;
    }
  }
  return files;
}

/**
 * @param {string} line
 * @param {string} side
 */
function named(line, side) {
  const name = line.slice(4);
  if (name === "/dev/null") return null;
  return name.startsWith(side) ? name.slice(side.length) : name;
}

/** @param {string[]} options */
const hunkOf = ([, old, oldCount = "1", now, newCount = "1"]) => ({
  old: Number(old),
  oldCount: Number(oldCount),
  new: Number(now),
  newCount: Number(newCount),
  lines: [],
});

/**
 * Read a hunk's lines from `at` on. Return where it ends.
 * @param {string[]} lines
 * @param {number} at
 * @param {Hunk} hunk
 * @param {FileDiff} file
 */
function read(lines, at, hunk, file) {
  // The range of an empty side names the line before it.
  let [old, now, oldLeft, newLeft] = [hunk.old, hunk.new, hunk.oldCount, hunk.newCount];
  for (; at < lines.length; at += 1) {
    const kind = lines[at].charAt(0);
    if (kind === "\\") {
      hunk.lines[hunk.lines.length - 1].bare = true;
      continue;
    }
    if ((!oldLeft && !newLeft) || !" +-".includes(kind) || kind === "") break;
    /** @type {Line} */
    const line = { kind, old: null, new: null, text: lines[at].slice(1), bare: false };
    if (kind !== "+") [line.old, old, oldLeft] = [old, old + 1, oldLeft - 1];
    if (kind !== "-") [line.new, now, newLeft] = [now, now + 1, newLeft - 1];
    if (kind === "+") file.added += 1;
    if (kind === "-") file.removed += 1;
    hunk.lines.push(line);
  }
  return at;
}

/**
 * For each changed line of a hunk that has a counterpart on the other side, the part that differs: a Map from
 * the line to `[start, end]`. Lines that have little in common are left out: all of them differs.
 * @param {Line[]} lines
 */
export function changedParts(lines) {
  const parts = new Map();
  for (let at = 0; at < lines.length;) {
    const removed = run(lines, at, "-");
    const added = run(lines, at + removed, "+");
    // Only runs of the same length are taken as the same lines, edited.
    if (removed === added) {
      for (let i = 0; i < removed; i += 1) pair(lines[at + i], lines[at + removed + i], parts);
    }
    at += removed + added || 1;
  }
  return parts;
}

/**
 * @param {Line[]} lines
 * @param {number} at
 * @param {string} kind
 */
function run(lines, at, kind) {
  let length = 0;
  while (lines[at + length]?.kind === kind) length += 1;
  return length;
}

const LONGEST = 2_000;
const WORD = /[\p{L}\p{N}_]/u;

/**
 * @param {Line} before
 * @param {Line} after
 * @param {Map<Line, [number, number]>} parts
 */
function pair(before, after, parts) {
  const [a, b] = [before.text, after.text];
  const shorter = Math.min(a.length, b.length);
  if (shorter === 0 || a.length + b.length > LONGEST) return;
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const alike = a.slice(0, start).trimStart().length + end;
  if (alike * 3 < shorter) return;
  // Whole words: half a changed word reads badly.
  while (start > 0 && WORD.test(a[start - 1])) start -= 1;
  while (end > 0 && WORD.test(a[a.length - end])) end -= 1;
  parts.set(before, [start, a.length - end]);
  parts.set(after, [start, b.length - end]);
}
