/** What one agent says that it is doing now: one line, which changes. */

import { h, icon, write } from "../dom.js";
import { visible } from "../visible.js";
import { title } from "../words.js";

export function doing([agent]) {
  return h("li", { class: "doing" },
    h("span", { class: "event-mark", dataset: { tone: "busy" } }, icon("working", { class: "turning" })),
    h("span", { class: "doing-says" }, h("strong", {}, title(agent)), " ", h("bdi", {})),
    h("progress", { max: "1", "aria-label": `${title(agent)}’s progress` }));
}

export function paintDoing(element, [, { stage, message, fraction }]) {
  const [, says, bar] = element.children;
  write(says.lastElementChild, visible(message ?? stage));
  bar.hidden = fraction === null || fraction === undefined;
  if (!bar.hidden) bar.value = fraction;
}
