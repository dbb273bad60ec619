/** What the palette offers: views, actions, projects and open requests. Pure but for what runs when one is chosen. */

import { isFailure } from "../inbox/titles.js";
import { status } from "../labels.js";
import { comparable, visible } from "../text.js";
import { ago } from "../time.js";

/** @import { PendingRequest, ProjectItem } from "../api.d.ts" */

/**
 * @typedef {object} PaletteEntry
 * @property {string} id
 * @property {string} group
 * @property {string} icon
 * @property {string} text
 * @property {string} [note]
 * @property {string} [keys] that do the same
 * @property {string} [href] the address; without it, `run` is called
 * @property {() => unknown} [run]
 * @property {boolean} [changes] it changes something, and is disabled while the API cannot be reached
 */

/** `ROUTES` in router.js has their views. @type {PaletteEntry[]} */
export const PLACES = [
  { id: "home", group: "Go to", icon: "home", text: "Home", keys: "g h", href: "/" },
  { id: "projects", group: "Go to", icon: "folder", text: "Projects", keys: "g p", href: "/projects" },
  { id: "inbox", group: "Go to", icon: "inbox", text: "Inbox", keys: "g i", href: "/inbox" },
  { id: "system", group: "Go to", icon: "agent", text: "System", keys: "g s", href: "/system" },
];

/**
 * What every view offers. `stop()` opens the dialog that stops something.
 * @param {() => void} stop
 * @returns {PaletteEntry[]}
 */
export const everywhere = (stop) => [
  { id: "new project", group: "Actions", icon: "plus", text: "New project", href: "/projects?new" },
  { id: "stop", group: "Actions", icon: "stop", text: "Stop …", changes: true, run: stop },
];

/** @param {ProjectItem} project @returns {PaletteEntry} */
export const projectEntry = ({ id, name, status: now, created_at: created }) => ({
  id: `project ${id}`,
  group: "Projects",
  icon: "folder",
  text: visible(name),
  note: `${status("project", now).word} · started ${ago(Date.parse(created))}`, // of one name, there may be several
  href: `/projects/${id}`,
});

/** @param {PendingRequest} request @returns {PaletteEntry} */
export const requestEntry = ({ request_id: id, project_name: name, title: about, reason, eligibility }) => ({
  id: `request ${id}`,
  group: eligibility.may_decide ? "Needs you" : "Needs others",
  icon: isFailure({ reason }) ? "failed" : "waiting",
  text: visible(name), // apart from the title, so that a name written right to left does not turn it round
  note: visible(about),
  href: `/inbox?request=${id}`,
});

/**
 * The entries that have all words of what was typed, those whose text begins with it first.
 * @param {PaletteEntry[]} entries
 * @param {string} typed
 */
export function matching(entries, typed) {
  const words = comparable(typed).split(/\s+/).filter(Boolean);
  const found = entries.filter(({ group, text, note = "" }) => {
    const searched = comparable(`${group} ${text} ${note}`);
    return words.every((word) => searched.includes(word));
  });
  /** @param {PaletteEntry} entry */
  const begins = ({ text }) => words.length > 0 && comparable(text).startsWith(words[0]);
  return [...found.filter(begins), ...found.filter((entry) => !begins(entry))];
}
