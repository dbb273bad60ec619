/** What is shown while there is no project: how to start one. */

import { h, icon } from "../dom.js";
import { me } from "../me.js";
import { empty } from "../notices.js";
import { pipelinePreview, PREFERRED } from "../pipeline/preview.js";
import { EXAMPLE } from "./brief.js";

/**
 * @param {{ open(example?: object): void }} start the start dialog
 * @param {AbortSignal} signal
 */
export function firstProject(start, signal) {
  if (!me.may("run")) {
    return empty("folder", "No projects yet", "You may not start one. Those that you may see appear here.");
  }
  const preview = pipelinePreview(signal);
  preview.show(PREFERRED, "");
  return empty(
    "folder",
    "No projects yet",
    "BotArmy takes a brief through a crew of software agents, from the plan to the tested delivery, and stops wherever you must decide. You can drop a brief here, too.",
    h(
      "div",
      { class: "buttons" },
      h(
        "button",
        { type: "button", class: "primary", onclick: () => start.open() },
        icon("plus"),
        "Start your first project",
      ),
      h("button", { type: "button", onclick: () => start.open(EXAMPLE) }, "Try an example brief"),
    ),
    preview.element,
  );
}
