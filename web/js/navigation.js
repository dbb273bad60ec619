/** Moves between views. The router follows; views never import it, so the import graph has no cycle. */

/**
 * Go to a path of the page, as a link does.
 * @param {string} href
 * @param {{ replace?: boolean }} [options] `replace`: leave no entry to go back to.
 */
export function go(href, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  dispatchEvent(new Event("navigate"));
}
