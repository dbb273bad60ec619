/** Who can be given work, and who provides them. */

import { h, icon } from "../dom.js";
import { MEANS, REHEARSAL } from "../rehearsal.js";
import { title } from "../words.js";

export function agents(items) {
  const rehearse = items.some(({ provider }) => provider === REHEARSAL);
  return [
    h("ul", { class: "system-agents", role: "list", "aria-label": "Agents" }, items.map(({ agent_type: agent, description, provider }) =>
      h("li", {},
        h("span", { class: "agent-name" }, title(agent)),
        h("span", { class: "soft" }, description),
        provider === REHEARSAL
          ? h("span", { class: "badge agent-provider" }, icon("rehearsal"), "Rehearsal")
          : h("span", { class: "badge agent-provider" }, provider)))),
    rehearse && h("p", { class: "panel-note soft" }, MEANS),
  ].filter(Boolean);
}
