/** An artifact's row in the list: its name, its newest version, who wrote that and whether it is accepted. */

import { h, icon } from "../dom.js";
import { title } from "../words.js";
import { byAgent } from "./versions.js";

export function row(work) {
  return h("div", { role: "option", class: "artifact-row", tabindex: "-1" },
    h("span", { class: "artifact-name cut", dir: "auto", title: work.name }, work.name === work.type ? title(work.type) : work.name),
    h("span", { class: "artifact-mark" }),
    h("span", { class: "artifact-facts cut" }));
}

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
  mark.replaceChildren(newest.accepted_at ? icon("completed") : icon("pending"));
  mark.title = newest.accepted_at ? "Accepted" : "Not accepted";
  mark.classList.toggle("accepted", Boolean(newest.accepted_at));
  facts.replaceChildren(`${work.name === work.type ? "" : `${title(work.type)} · `}v${newest.version} · `, icon(byAgent(newest) ? "agent" : "person"), h("bdi", {}, newest.author));
  element.setAttribute("aria-label",
    `${element.firstElementChild.textContent}, version ${newest.version} by ${newest.author}, ${newest.accepted_at ? "accepted" : "not accepted"}`);
}

/** A brief sign that something has just come. */
export function flash(element) {
  element.classList.remove("fresh");
  void element.offsetWidth; // begins the animation anew
  element.classList.add("fresh");
}
