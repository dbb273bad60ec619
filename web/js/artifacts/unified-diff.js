/** A unified diff as data. Pure: no DOM, no calls. */

const RANGE = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/**
 * The files of a diff: `[{path, was, added, removed, hunks}]`. `was` is the path before, null for a new file; `path` is
 * null for one that is gone. A hunk is `{old, oldCount, new, newCount, lines}`, a line `{kind, old, new, text, bare}`:
 * `kind` is " ", "-" or "+", `old` and `new` are line numbers (null where it has none), `bare` says that no newline
 * ends it.
 */
export function parse(text) {
  const files = [];
  const lines = text.split("\n");
  let file = null;
  let at = 0;
  while (at < lines.length) {
    // The length of a hunk is known, so a removed line that reads "-- x" is never taken for the head of a file.
    const range = file && RANGE.exec(lines[at]);
    if (range) {
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

function named(line, side) {
  const name = line.slice(4);
  if (name === "/dev/null") return null;
  return name.startsWith(side) ? name.slice(side.length) : name;
}

const hunkOf = ([, old, oldCount = "1", now, newCount = "1"]) =>
  ({ old: Number(old), oldCount: Number(oldCount), new: Number(now), newCount: Number(newCount), lines: [] });

/** Read a hunk's lines from `at` on; gives where it ends. */
function read(lines, at, hunk, file) {
  // The range of an empty side names the line before it.
  let [old, now, oldLeft, newLeft] = [hunk.old, hunk.new, hunk.oldCount, hunk.newCount];
  for (; at < lines.length; at += 1) {
    const kind = lines[at].charAt(0);
    if (kind === "\\") {
      hunk.lines.at(-1).bare = true;
      continue;
    }
    if ((!oldLeft && !newLeft) || !" +-".includes(kind) || kind === "") break;
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
 * For each changed line of a hunk that stands against one of the other side, the part of it that differs: a Map from
 * the line to `[start, end]`. Lines that have little in common are left out: all of them differs.
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

function run(lines, at, kind) {
  let length = 0;
  while (lines[at + length]?.kind === kind) length += 1;
  return length;
}

const LONGEST = 2_000;
const WORD = /[\p{L}\p{N}_]/u;

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
