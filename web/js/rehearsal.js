/** `<rehearsal-mark>`: shows in the bar that some or all agents are rehearsal agents; a click explains that. */

import { find, h, icon } from "./dom.js";
import { live } from "./live.js";
import { catalogue } from "./rest.js";

/** @import { AgentPublic } from "./api.d.ts" */

export const REHEARSAL = "rehearsal";

export const EXPLANATION =
  "These agents are deterministic, work offline and cost nothing. From the real brief they make real documents, code " +
  "and tests, so that a team can rehearse a pipeline, its gates and its alarms before it pays for tokens.";

class RehearsalMark extends HTMLElement {
  #known = false;

  connectedCallback() {
    this.#read();
    live.addEventListener("state", () => live.state === "open" && this.#read());
  }

  async #read() {
    if (this.#known) return;
    try {
      const { items } = await catalogue.agents();
      if (this.#known) return;
      this.#known = true;
      const rehearsing = items.filter(({ provider }) => provider === REHEARSAL);
      if (rehearsing.length) this.#show(rehearsing.length < items.length ? rehearsing : []);
    } catch {
      // Read again with the next connection.
    }
  }

  /** @param {AgentPublic[]} some the rehearsal agents if there are others, else none */
  #show(some) {
    const note = h(
      "div",
      { popover: "auto", class: "rehearsal-note", id: "rehearsal-note" },
      h("h2", {}, "This is a rehearsal"),
      h("p", {}, EXPLANATION),
      some.length > 0 && h("p", {}, `It is so for: ${some.map(({ agent_type: agent }) => agent).join(", ")}.`),
      h("p", {}, h("a", { href: "/system" }, "See the agents")),
    );
    find("a", note).addEventListener("click", () => note.hidePopover());
    this.replaceChildren(
      h(
        "button",
        {
          type: "button",
          class: "quiet rehearsal",
          popovertarget: "rehearsal-note",
          title: "Rehearsal: deterministic, offline, free",
        },
        icon("rehearsal"),
        h("span", {}, "Rehearsal"),
      ),
      note,
    );
  }
}

customElements.define("rehearsal-mark", RehearsalMark);
