/** Briefs: the name that a brief suggests, its size, reading it from a file, and an example. */

const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n[\s\S]{0,16384}?\r?\n---[ \t]*(?:\r?\n|$)/;
const TITLE_SEARCH_LENGTH = 20_000; // characters that are searched for a heading
const MAX_NAME_LENGTH = 255;

/** Headings that name a part of a brief, not what it is about. */
const PARTS =
  /^(the )?(project )?(brief|overview|summary|introduction|background|context|goals?|objectives?|purpose|problem|scope|(non-?)?(functional )?requirements|out of scope|constraints|assumptions|users?|user stories)( statement)?:?$/i;

/**
 * The name that a brief suggests for its project: its first heading that names no part of it, or "".
 * @param {string} brief
 */
export function nameFrom(brief) {
  let fenced = false;
  for (const line of brief.slice(0, TITLE_SEARCH_LENGTH).replace(FRONT_MATTER, "").split(/\r?\n/)) {
    if (/^ {0,3}(```|~~~)/.test(line)) fenced = !fenced;
    const heading = !fenced && /^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$/.exec(line);
    const name = heading ? withoutMarkup(heading[1]).slice(0, MAX_NAME_LENGTH) : "";
    if (name && !PARTS.test(name)) return name;
  }
  return "";
}

/**
 * A heading without Markdown's markup.
 * @param {string} text
 */
const withoutMarkup = (text) =>
  text.replace(/[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}/g, "$1").replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").trim();

/**
 * The size of a brief in bytes, as it is sent.
 * @param {string} brief
 */
export const sizeOf = (brief) => new Blob([brief]).size;

const MAX_SIZE = 32 * 1024 ** 2; // bytes; a larger text freezes the browser, and no installation accepts it
const FILE_NAMES = /\.(md|markdown|mdown|txt|text)$/i;
export const ACCEPT = ".md,.markdown,.mdown,.txt,.text,text/markdown,text/plain";

/**
 * Read a brief from a file. Return its text, and a name derived from the file's name. Throws an Error whose message is
 * shown.
 * @param {File} file
 */
export async function readBrief(file) {
  if (!FILE_NAMES.test(file.name) && !file.type.startsWith("text/")) {
    throw new Error(`“${file.name}” is neither Markdown nor plain text: choose a .md or .txt file.`);
  }
  if (file.size > MAX_SIZE) throw new Error(`“${file.name}” is too large for a brief.`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return { text, name: file.name.replace(FILE_NAMES, "") };
  } catch (error) {
    throw new Error(
      error instanceof TypeError ? `“${file.name}” is not text in UTF-8.` : `“${file.name}” cannot be read.`,
    );
  }
}

/**
 * Accept files that are dropped on `element` until `signal` aborts. While a file hovers over it, it has the class
 * `dropping`.
 * @param {HTMLElement} element
 * @param {(file: File) => void} take
 * @param {AbortSignal} signal
 */
export function acceptDroppedFiles(element, take, signal) {
  /** @param {DragEvent} event */
  const isFile = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0; // dragenter of a child comes before dragleave of its parent
  /** @param {number} change */
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    element.classList.toggle("dropping", depth > 0);
  };
  element.addEventListener("dragenter", (event) => isFile(event) && mark(1), { signal });
  element.addEventListener("dragleave", (event) => isFile(event) && mark(-1), { signal });
  element.addEventListener("dragover", (event) => isFile(event) && event.preventDefault(), { signal });
  element.addEventListener("drop", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    mark(-Infinity);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) take(file);
  }, { signal });
  signal.addEventListener("abort", () => mark(-Infinity));
}

/** A small example, with work for every stage. Each paragraph is one line. */
export const EXAMPLE = {
  name: "Short links for the support team",
  description: `# Short links for the support team

Our support team pastes long help-centre links into chats and letters. Customers mistype them, and nobody knows \
which of them are ever opened. We want a small service that turns a long address into a short one, and counts.

## Requirements

- Shorten: anyone on the team can turn an address of up to 2,048 characters into a short link of at most 7 \
characters; the same address gives the same link.
- Redirect: opening a short link answers with a 302 to the original address; an unknown link answers 404.
- Custom names: a link can be given a readable name such as \`/returns\`; a name that is taken is refused.
- Counting: for each link, the team sees how often it was opened on each of the last 90 days.

## Out of scope

- Accounts for customers

## Constraints

One process on one machine, and no third-party service in the path of a redirect.
`,
};
