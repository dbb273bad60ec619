/**
 * Loads the style sheets of modules: `await style("feed.css");` at the top of one. api/page/documents.py finds these
 * lines and links the sheets in the document.
 */

/** @type {Map<string, Promise<unknown>>} */
const sheets = new Map();

/**
 * Load the sheet of that name in css/, unless the document links it already.
 * @param {string} name
 */
export function style(name) {
  const { pathname } = new URL(`../css/${name}`, import.meta.url);
  if (!sheets.has(pathname)) sheets.set(pathname, linked(pathname) ? Promise.resolve() : load(pathname));
  return sheets.get(pathname);
}

/** @param {string} pathname */
const linked = (pathname) =>
  [.../** @type {NodeListOf<HTMLLinkElement>} */ (document.querySelectorAll("link[rel=stylesheet]"))].some((link) =>
    link.href.endsWith(pathname)
  );

/** @param {string} href */
function load(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  const loaded = new Promise((done) => {
    link.onload = done;
    link.onerror = done; // a view works without it
  });
  document.head.append(link);
  return loaded;
}
