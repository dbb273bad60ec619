/** Which projects are shown: a choice of statuses, and a search by name; both stand in the address. */

import { h, icon } from "../dom.js";

const PAUSE = 180; // ms without a key after which a search begins

/** The filters' element; `changed({show, search})` hears of each change, and `search` is the field. */
export function filters(changed, signal) {
  let pause;
  const search = h("input", {
    type: "search", "aria-label": "Search projects by name", placeholder: "Search by name", maxlength: "255",
    autocomplete: "off", spellcheck: "false", dir: "auto", "aria-keyshortcuts": "/",
    oninput: () => {
      clearTimeout(pause);
      pause = setTimeout(tell, search.value ? PAUSE : 0);
    },
    onkeydown: (event) => event.key === "Escape" && !search.value && search.blur(),
  });
  const radios = Object.entries(SHOWS).map(([value, { word }]) =>
    h("label", {}, h("input", { type: "radio", name: "show", value, onchange: () => tell() }), h("span", {}, word)));
  const element = h("form", { class: "project-filters", role: "search", "aria-label": "Filter the projects", onsubmit: (event) => { event.preventDefault(); tell(); } },
    h("fieldset", { class: "project-shows" }, h("legend", { class: "visually-hidden" }, "Show"), radios),
    h("label", { class: "project-search" }, icon("search"), search, h("kbd", { "aria-hidden": "true" }, "/")));

  function tell() {
    clearTimeout(pause);
    correct({ show: element.elements.show.value, search: search.value.trim() });
    changed(read());
  }

  function fill() {
    const { show, search: text } = read();
    element.elements.show.value = show;
    if (search.value.trim() !== text) search.value = text;
  }

  function follow() {
    fill();
    changed(read());
  }

  addEventListener("querychange", follow, { signal });
  signal.addEventListener("abort", () => clearTimeout(pause));
  fill();
  return { element, search, clear: () => { correct({ show: "all", search: "" }); follow(); document.querySelector("main").focus({ preventScroll: true }); } };
}

/** Which projects are shown: a word for it, and the statuses that it stands for (none: every one). */
export const SHOWS = {
  all: { word: "All", statuses: [] },
  open: { word: "Open", statuses: ["starting", "active", "waiting", "paused"] },
  waiting: { word: "Waiting for you", statuses: ["waiting"] },
  completed: { word: "Completed", statuses: ["completed"] },
  stopped: { word: "Stopped", statuses: ["rejected", "failed", "cancelled"] },
};

/** `{show, search, starting}`: a key of SHOWS, the words searched for, and whether the start dialog is open. */
export function read() {
  const query = new URLSearchParams(location.search);
  const show = query.get("show");
  return { show: Object.hasOwn(SHOWS, show ?? "") ? show : "all", search: query.get("search") ?? "", starting: query.has("new") };
}

/** The page's address with these differences. */
export function address(differences) {
  const { show, search, starting } = { ...read(), ...differences };
  const query = new URLSearchParams();
  if (show !== "all") query.set("show", show);
  if (search) query.set("search", search);
  if (starting) query.set("new", "");
  const text = query.toString().replace(/(^|&)new=/, "$1new");
  return text ? `/?${text}` : "/";
}

/** Correct the address in its place: nothing to go back to. */
export const correct = (differences) => history.replaceState(history.state, "", address(differences));
