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

const MOST = 32 * 1024 ** 2; // bytes; a browser stands still over more in a field, and no installation takes it
const NAMES = /\.(md|markdown|mdown|txt|text)$/i;
export const ACCEPT = ".md,.markdown,.mdown,.txt,.text,text/markdown,text/plain";

/** The text of a brief's file, and a name from the file's; throws an Error that says what is wrong with it. */
export async function readBrief(file) {
  if (!NAMES.test(file.name) && !file.type.startsWith("text/")) {
    throw new Error(`“${file.name}” is neither Markdown nor plain text: choose a .md or .txt file.`);
  }
  if (file.size > MOST) throw new Error(`“${file.name}” is too large for a brief.`);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return { text, name: file.name.replace(NAMES, "") };
  } catch (error) {
    throw new Error(error instanceof TypeError ? `“${file.name}” is not text in UTF-8.` : `“${file.name}” cannot be read.`);
  }
}

/** Let files be dropped on `element`, which has the class `dropping` while one hovers over it, until `signal` aborts. */
export function takesFiles(element, take, signal) {
  const isFile = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0; // entering a child comes before leaving its parent
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
    const [file] = event.dataTransfer.files;
    if (file) take(file);
  }, { signal });
  signal.addEventListener("abort", () => mark(-Infinity));
}

/** A brief to begin with: small, and with something in it for every stage. A paragraph is one line of it. */
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
