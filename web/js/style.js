/**
 * Loads the style sheets of modules: `await style("feed.css");` at the top of one. api/page/bundles.py finds these
 * lines, and links those of a view in its document as one, which names them.
 */

/** @type {Map<string, Promise<unknown>>} */
const sheets = new Map();

/**
 * Load the sheet of that name in css/, unless the document links it already.
 * @param {string} name
 */
export function style(name) {
  if (!sheets.has(name)) sheets.set(name, isLinked(name) ? Promise.resolve() : load(name));
  return sheets.get(name);
}

/** @param {string} name */
const isLinked = (name) =>
  [.../** @type {NodeListOf<HTMLLinkElement>} */ (document.querySelectorAll("link[data-sheets]"))].some((link) =>
    link.dataset.sheets?.split(" ").includes(name)
  );

/** @param {string} name */
function load(name) {
  const href = new URL(`../css/${name}`, import.meta.url).pathname;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  const loaded = new Promise((done) => {
    link.onload = done;
    link.onerror = done; // a view works without it
  });
  document.head.append(link);
  return loaded;
}
