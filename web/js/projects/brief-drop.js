/** Briefs from files: dropped on an element, or chosen. */

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
