/** Opens the view of each path. A view is closed when its `signal` aborts. */

import { find, h } from "./dom.js";
import { go } from "./navigation.js";
import { me } from "./me.js";
import { failure } from "./notices.js";
import { showPlace } from "./shell.js";

/**
 * @typedef {object} Context what a view is opened with
 * @property {string[]} params the ids in the path
 * @property {AbortSignal} signal
 * @property {boolean} back whether the reader went back or forward to it
 * @property {(text: string) => void} title sets the document's title
 */

/** @typedef {{ open(root: HTMLElement, context: Context): unknown }} View */

const ID = "([0-9a-f-]{36})";

/**
 * `VIEWS` in api/page/documents.py has the same paths, index.html the links, keyboard.js the shortcuts, and
 * palette/entries.js the places.
 * @type {[path: RegExp, place: string, title: string, load: () => Promise<View>][]}
 */
const ROUTES = [
  [/^\/$/, "home", "Home", () => import("./views/home.js")],
  [/^\/projects$/, "projects", "Projects", () => import("./views/projects.js")],
  [new RegExp(`^/projects/${ID}$`), "projects", "Project", () => import("./views/project.js")],
  [/^\/inbox$/, "inbox", "Inbox", () => import("./views/inbox.js")],
  [/^\/account$/, "account", "Account", () => import("./views/account.js")],
  [/^\/sign-in$/, "", "Sign in", () => import("./views/signin.js")],
  [/^\/system$/, "system", "System", () => import("./views/system.js")],
];

/** The view of every other address. @type {typeof ROUTES[number]} */
const MISSING = [/^/, "", "Not found", () => import("./views/missing.js")];

let controller = new AbortController();
/** @type {string | null} */
let path = null;

export function startRouter() {
  history.scrollRestoration = "manual"; // the content comes later
  document.addEventListener("click", followLink);
  addEventListener("navigate", () => open());
  addEventListener("popstate", () => open(true));
  addEventListener("permissionschange", () => {
    path = null;
    open();
  });
  open();
}

/** @param {MouseEvent} event */
function followLink(event) {
  const link = event.target instanceof Element && event.target.closest("a[href]");
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented) return;
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const elsewhere = link.origin !== location.origin || link.target || link.hasAttribute("download");
  if (elsewhere || link.getAttribute("href")?.startsWith("#")) return;
  if (!ROUTES.some(([pattern]) => pattern.test(link.pathname))) return;
  event.preventDefault();
  go(link.href);
}

/**
 * Open the view of the address. The query and the fragment are the view's own: when only they change, the window gets a
 * `querychange` event, and the view stays.
 */
async function open(back = false) {
  const first = path === null && !find("main").firstChild;
  if (path === location.pathname) {
    dispatchEvent(new Event("querychange"));
    return;
  }
  const current = (path = location.pathname);
  controller.abort();
  const { signal } = (controller = new AbortController());
  const root = h("div", { class: "view" });
  const main = find("main");
  const [pattern, place, title, load] = ROUTES.find(([pattern]) => pattern.test(current)) ?? MISSING;
  showPlace(place, title);
  try {
    const [view] = await Promise.all([load(), me.ready]); // it offers what this person may do
    if (signal.aborted) return;
    main.replaceChildren(root);
    scrollTo(0, 0);
    // The browser focuses the first view; the focus announces a later one to screen readers.
    if (!first) main.focus({ preventScroll: true });
    const params = pattern.exec(current)?.slice(1) ?? [];
    await view.open(root, { params, signal, back, title: (text) => showPlace(place, text) });
    if (back && !signal.aborted) scrollTo(0, history.state?.top ?? 0);
  } catch (error) {
    if (signal.aborted) return;
    console.error(error);
    root.replaceChildren(failure(error, () => {
      path = null;
      open();
    }));
    main.replaceChildren(root);
  }
}
