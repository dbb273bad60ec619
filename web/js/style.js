/** Style sheets that come with the modules that need them: `await style("feed.css");` at the top of one. */

const asked = new Map();

/** The sheet of that name in css/, in force. One that the document links already is not asked for again. */
export function style(name) {
  const { pathname } = new URL(`../css/${name}`, import.meta.url);
  if (!asked.has(pathname)) asked.set(pathname, linked(pathname) ? Promise.resolve() : load(pathname));
  return asked.get(pathname);
}

const linked = (pathname) => [...document.querySelectorAll("link[rel=stylesheet]")].some((link) => link.href.endsWith(pathname));

function load(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  const loaded = new Promise((done) => {
    link.onload = done;
    link.onerror = done; // without its looks a view still works
  });
  document.head.append(link);
  return loaded;
}
