/** What of the list of projects stands in the page's address, so that a reload, a link and the back button keep it. */

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
