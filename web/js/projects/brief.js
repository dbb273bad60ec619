/** Briefs: the name that one suggests, reading one from a file, and an example. */

const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n[\s\S]{0,16384}?\r?\n---[ \t]*(?:\r?\n|$)/;
const LOOK = 20_000; // characters that are searched for a heading
const LONGEST_NAME = 255;

/**
 * A name for its project: its first heading, or "".
 * @param {string} brief
 */
export function nameFrom(brief) {
  let fenced = false;
  for (const line of brief.slice(0, LOOK).replace(FRONT_MATTER, "").split(/\r?\n/)) {
    if (/^ {0,3}(```|~~~)/.test(line)) fenced = !fenced;
    const heading = !fenced && /^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$/.exec(line);
    if (heading) return plain(heading[1]).slice(0, LONGEST_NAME);
  }
  return "";
}

/**
 * Markdown's own signs are no part of a name.
 * @param {string} text
 */
const plain = (text) =>
  text.replace(/[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}/g, "$1").replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").trim();

/**
 * The bytes that it takes on the way.
 * @param {string} brief
 */
export const sizeOf = (brief) => new Blob([brief]).size;

const MOST = 32 * 1024 ** 2; // bytes; a field with more freezes a browser, and no installation accepts it
const NAMES = /\.(md|markdown|mdown|txt|text)$/i;
export const ACCEPT = ".md,.markdown,.mdown,.txt,.text,text/markdown,text/plain";

/**
 * Read a brief from a file. Return its text, and a name from the file's. Throws an Error with a message for people.
 * @param {File} file
 */
export async function readBrief(file) {
  if (!NAMES.test(file.name) && !file.type.startsWith("text/")) {
    throw new Error(`“${file.name}” is neither Markdown nor plain text: choose a .md or .txt file.`);
  }
  if (file.size > MOST) throw new Error(`“${file.name}” is too large for a brief.`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return { text, name: file.name.replace(NAMES, "") };
  } catch (error) {
    throw new Error(
      error instanceof TypeError ? `“${file.name}” is not text in UTF-8.` : `“${file.name}” cannot be read.`,
    );
  }
}

/**
 * Let files be dropped on `element`, which has the class `dropping` while one hovers over it, until `signal` aborts.
 * @param {HTMLElement} element
 * @param {(file: File) => void} take
 * @param {AbortSignal} signal
 */
export function takesFiles(element, take, signal) {
  /** @param {DragEvent} event */
  const isFile = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0; // entering a child comes before leaving its parent
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

/** An example: small, with work for every stage. Each paragraph is one line. */
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
