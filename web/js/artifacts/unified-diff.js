/** A unified diff as data. Pure: no DOM, no requests. */

/**
 * @typedef {object} Line
 * @property {string} kind " ", "-" or "+"
 * @property {number | null} old its old line number, null for an added line
 * @property {number | null} new its new line number, null for a removed line
 * @property {string} text
 * @property {boolean} noNewline whether it ends without a newline
 */

/** @typedef {{ old: number, oldCount: number, new: number, newCount: number, lines: Line[] }} Hunk */

/**
 * @typedef {object} FileDiff
 * @property {string | null} path null for a file that was removed
 * @property {string | null} oldPath null for a new file
 * @property {number} added lines
 * @property {number} removed lines
 * @property {Hunk[]} hunks
 */

const RANGE = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * The files of a diff.
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
    // The length of a hunk is known, so a removed line that reads "-- x" is never mistaken for the header of a file.
    const range = RANGE.exec(lines[at]);
    if (file && range) {
      const hunk = hunkOf(range);
      at = readHunk(lines, at + 1, hunk, file);
      file.hunks.push(hunk);
    } else if (lines[at].startsWith("--- ") && lines[at + 1]?.startsWith("+++ ")) {
      file = { oldPath: pathOf(lines[at], "a/"), path: pathOf(lines[at + 1], "b/"), added: 0, removed: 0, hunks: [] };
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
function pathOf(line, side) {
  const name = line.slice(4);
  if (name === "/dev/null") return null;
  return name.startsWith(side) ? name.slice(side.length) : name;
}

/** @param {string[]} match of RANGE */
const hunkOf = ([, old, oldCount = "1", now, newCount = "1"]) => ({
  old: Number(old),
  oldCount: Number(oldCount),
  new: Number(now),
  newCount: Number(newCount),
  lines: [],
});

/**
 * Read a hunk's lines, from index `at`. Return the index after the last one.
 * @param {string[]} lines
 * @param {number} at
 * @param {Hunk} hunk
 * @param {FileDiff} file
 */
function readHunk(lines, at, hunk, file) {
  // The range of an empty side names the line before it.
  let [old, now, oldLeft, newLeft] = [hunk.old, hunk.new, hunk.oldCount, hunk.newCount];
  for (; at < lines.length; at += 1) {
    const kind = lines[at].charAt(0);
    if (kind === "\\") {
      hunk.lines[hunk.lines.length - 1].noNewline = true;
      continue;
    }
    if ((!oldLeft && !newLeft) || !" +-".includes(kind) || kind === "") break;
    /** @type {Line} */
    const line = { kind, old: null, new: null, text: lines[at].slice(1), noNewline: false };
    if (kind !== "+") [line.old, old, oldLeft] = [old, old + 1, oldLeft - 1];
    if (kind !== "-") [line.new, now, newLeft] = [now, now + 1, newLeft - 1];
    if (kind === "+") file.added += 1;
    if (kind === "-") file.removed += 1;
    hunk.lines.push(line);
  }
  return at;
}

/**
 * The part that differs, as `[start, end]`, of each changed line of a hunk that has a counterpart on the other side.
 * Lines with little in common are left out: they differ as a whole.
 * @param {Line[]} lines
 */
export function changedParts(lines) {
  const parts = new Map();
  for (let at = 0; at < lines.length;) {
    const removed = runLength(lines, at, "-");
    const added = runLength(lines, at + removed, "+");
    // Only runs of equal length are compared, line by line.
    if (removed === added) {
      for (let i = 0; i < removed; i += 1) comparePair(lines[at + i], lines[at + removed + i], parts);
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
function runLength(lines, at, kind) {
  let length = 0;
  while (lines[at + length]?.kind === kind) length += 1;
  return length;
}

const MAX_LENGTH = 2_000; // characters of two lines that are compared
const WORD_CHARACTER = /[\p{L}\p{N}_]/u;

/**
 * @param {Line} before
 * @param {Line} after
 * @param {Map<Line, [number, number]>} parts
 */
function comparePair(before, after, parts) {
  const [a, b] = [before.text, after.text];
  const shorter = Math.min(a.length, b.length);
  if (shorter === 0 || a.length + b.length > MAX_LENGTH) return;
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const common = a.slice(0, start).trimStart().length + end;
  if (common * 3 < shorter) return;
  // Extend the part to whole words: half a word is hard to read.
  while (start > 0 && WORD_CHARACTER.test(a[start - 1])) start -= 1;
  while (end > 0 && WORD_CHARACTER.test(a[a.length - end])) end -= 1;
  parts.set(before, [start, a.length - end]);
  parts.set(after, [start, b.length - end]);
}
