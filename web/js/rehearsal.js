/** `<rehearsal-mark>`: shows in the bar that the project rehearses, or that new projects do; a click explains that. */

import { find, h, icon } from "./dom.js";
import { live } from "./live.js";
import { catalogue } from "./rest.js";

export const EXPLANATION =
  "Its agents are deterministic, work offline and cost nothing. From the real brief they make real documents, code " +
  "and tests, so that a team can rehearse a pipeline, its reviews and its alarms before it pays for tokens.";

export class RehearsalMark extends HTMLElement {
  /** Whether new projects rehearse; null if it is not known. @type {boolean | null} */
  #byDefault = null;
  /** Whether the project that is shown rehearses; null if the view is not one of a project. @type {boolean | null} */
  #project = null;

  connectedCallback() {
    this.#read();
    let lost = false; // a server that was restarted may have another default
    live.addEventListener("state", () => {
      if (live.state === "open" && lost) this.#read();
      lost = live.state === "lost";
    });
  }

  /** @param {boolean | null} rehearses */
  set project(rehearses) {
    this.#project = rehearses;
    this.#paint();
  }

  async #read() {
    try {
      const { items } = await catalogue.providers();
      this.#byDefault = items.some((provider) => provider.is_default && provider.is_rehearsal);
      this.#paint();
    } catch {
      // Read again with the next connection.
    }
  }

  #paint() {
    const [name, heading, title] = this.#project === null
      ? ["Rehearsal by default", "New projects are rehearsals", "New projects rehearse: no model is asked"]
      : ["Rehearsal", "This is a rehearsal", "This project rehearses: no model is asked"];
    if (!(this.#project ?? this.#byDefault)) this.replaceChildren();
    else if (this.textContent?.includes(heading)) return; // an open note stays open
    else this.replaceChildren(...mark(name, heading, title));
  }
}

/**
 * @param {string} name
 * @param {string} heading
 * @param {string} title
 */
function mark(name, heading, title) {
  const note = h(
    "div",
    { popover: "auto", class: "rehearsal-note", id: "rehearsal-note" },
    h("h2", {}, heading),
    h("p", {}, "No model is asked. ", EXPLANATION),
    h("p", {}, "Choose who does the work when you start a project, or set BOTARMY_MODEL for all new ones."),
    h("p", {}, h("a", { href: "/system" }, "See the crews")),
  );
  find("a", note).addEventListener("click", () => note.hidePopover());
  const button = { type: "button", class: "quiet rehearsal", popovertarget: "rehearsal-note", title };
  return [h("button", button, icon("rehearsal"), h("span", {}, name)), note];
}

/**
 * Let the bar say whether the project that is shown rehearses, until `signal` aborts.
 * @param {boolean} rehearses
 * @param {AbortSignal} signal
 */
export function showRehearsal(rehearses, signal) {
  const element = /** @type {RehearsalMark} */ (find("rehearsal-mark"));
  element.project = rehearses;
  signal.addEventListener("abort", () => element.project = null);
}
