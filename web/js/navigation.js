/** Moves between views. The router follows; views never import it, so the import graph has no cycle. */

/**
 * Go to a path of the page, as a link does.
 * @param {string} href
 * @param {{ replace?: boolean }} [options] `replace`: leave no entry to go back to.
 */
export function go(href, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", href);
  else push(href);
  dispatchEvent(new Event("navigate"));
}

/**
 * Add an entry to the history, and keep in the one that is left how far it was scrolled.
 * @param {string} href
 * @param {object | null} [state] of the new entry
 */
export function push(href, state = null) {
  history.replaceState({ ...history.state, top: scrollY }, "");
  history.pushState(state, "", href);
}
