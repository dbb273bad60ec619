/**
 * From paths to views. A view is a module with `open(root, context)`; it ends when its `signal` aborts; `back` says that
 * somebody went back (or forth) to it. The query and the fragment are the view's own: when only they change, the window
 * hears `querychange`, and the view stays.
 */

import { h } from "./dom.js";
import { empty, failure } from "./notices.js";
import { go } from "./navigation.js";
import { show } from "./shell.js";

const ID = "([0-9a-f-]{36})";
const ROUTES = [
  [/^\/(?:projects)?$/, "projects", "Projects", () => import("./views/projects.js")],
  [new RegExp(`^/projects/${ID}$`), "projects", "Project", () => import("./views/project.js")],
  [/^\/inbox$/, "inbox", "Inbox", () => import("./views/inbox.js")],
  [/^\/system$/, "system", "System", () => import("./views/system.js")],
];

let leave = new AbortController();
let path = null;

export function startRouter() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.target || link.hasAttribute("download") || link.getAttribute("href").startsWith("#")) return;
    if (!ROUTES.some(([pattern]) => pattern.test(link.pathname))) return;
    event.preventDefault();
    go(link.href);
  });
  addEventListener("navigate", () => open());
  addEventListener("popstate", () => open(true));
  open();
}

async function open(back = false) {
  const first = path === null;
  if (path === location.pathname) {
    dispatchEvent(new Event("querychange"));
    return;
  }
  path = location.pathname;
  leave.abort();
  const { signal } = (leave = new AbortController());
  const root = h("div", { class: "view" });
  const main = document.querySelector("main");
  const match = ROUTES.map(([pattern, ...route]) => [pattern.exec(path), ...route]).find(([found]) => found);
  if (!match) {
    show("", "Not found");
    main.replaceChildren(empty("search", "There is nothing here", "The address leads to no view.", h("a", { href: "/" }, "Go to the projects")));
    return;
  }
  const [found, place, title, load] = match;
  show(place, title);
  try {
    const view = await load();
    if (signal.aborted) return;
    main.replaceChildren(root);
    scrollTo(0, 0);
    // The first view is left to the browser's own focus; a later one is told to a screen reader by it.
    if (!first) main.focus({ preventScroll: true });
    await view.open(root, { params: found.slice(1), signal, back, title: (text) => show(place, text) });
  } catch (error) {
    if (signal.aborted) return;
    console.error(error);
    root.replaceChildren(failure(error, () => { path = null; open(); }));
    main.replaceChildren(root);
  }
}
