/** An artifact's row in the list: its name, its newest version, who wrote that and whether it is accepted. */

import { h, icon } from "../dom.js";
import { title } from "../labels.js";
import { visible } from "../text.js";
import { byAgent } from "./versions.js";

export function row(work) {
  return h("div", { role: "option", class: "artifact-row", tabindex: "-1" },
    h("span", { class: "artifact-name cut", dir: "auto", title: visible(work.name) }, nameOf(work)),
    h("span", { class: "artifact-mark" }),
    h("span", { class: "artifact-facts cut" }));
}

/** What an artifact is called: where it has no name of its own, what it is. */
export const nameOf = ({ name, type }) => (name === type ? title(type) : visible(name));

/** `known` holds the ids of the versions that were there before, or is null at the first time. */
export function paintRow(element, work, chosen, known) {
  element.work = work;
  element.setAttribute("aria-selected", String(chosen));
  if (chosen !== (element.tabIndex === 0)) element.tabIndex = chosen ? 0 : -1;
  const newest = work.versions.at(-1);
  const shown = `${newest.artifact_id} ${newest.accepted_at}`;
  if (element.shown === shown) return;
  if (known && !known.has(newest.artifact_id)) flash(element);
  element.shown = shown;
  const [, mark, facts] = element.children;
  const accepted = newest.accepted_at ? "accepted" : "not accepted";
  mark.replaceChildren(icon(newest.accepted_at ? "completed" : "pending"));
  mark.title = title(accepted);
  mark.classList.toggle("accepted", Boolean(newest.accepted_at));
  const type = work.name === work.type ? "" : `${title(work.type)} · `;
  facts.replaceChildren(`${type}v${newest.version} · `, authorMark(newest), h("bdi", {}, visible(newest.author)));
  const wrote = `version ${newest.version} by ${visible(newest.author)}`;
  element.setAttribute("aria-label", `${nameOf(work)}, ${wrote}, ${accepted}`);
}

/** The picture of who wrote a version: an agent or a human. */
export const authorMark = (artifact) => icon(byAgent(artifact) ? "agent" : "person");

/** A brief sign that something has just come. */
function flash(element) {
  element.classList.remove("fresh");
  void element.offsetWidth; // begins the animation anew
  element.classList.add("fresh");
}
