/** What a brief says of itself. Pure: no DOM, no calls. */

const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n[\s\S]{0,16384}?\r?\n---[ \t]*(?:\r?\n|$)/;
const LOOK = 20_000; // characters in which a heading is looked for
const LONGEST_NAME = 255;

/** A name for its project: its first heading, or "". */
export function nameFrom(brief) {
  let fenced = false;
  for (const line of brief.slice(0, LOOK).replace(FRONT_MATTER, "").split(/\r?\n/)) {
    if (/^ {0,3}(```|~~~)/.test(line)) fenced = !fenced;
    const heading = !fenced && /^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$/.exec(line);
    if (heading) return plain(heading[1]).slice(0, LONGEST_NAME);
  }
  return "";
}

/** Markdown's own signs are no part of a name. */
const plain = (text) => text.replace(/[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}/g, "$1").replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").trim();

/** The bytes that it takes on the way. */
export const sizeOf = (brief) => new Blob([brief]).size;
