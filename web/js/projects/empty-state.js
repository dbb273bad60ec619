/** What is shown instead of an empty list of projects. */

import { h, icon } from "../dom.js";
import { empty } from "../notices.js";
import { pipelinePreview, PREFERRED } from "../pipeline/preview.js";
import { EXAMPLE } from "./brief.js";

/** @import { Filter } from "./filters.js" */

/**
 * `start` is the start dialog; `clear()` clears the filters.
 * @param {Filter} filter
 * @param {{ start: { open(example?: object): void }, clear: () => void, signal: AbortSignal }} options
 */
export function emptyState({ show, search }, { start, clear, signal }) {
  if (show === "all" && !search) {
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
          {
            type: "button",
            class: "primary",
            onclick: () => start.open(),
          },
          icon("plus"),
          "Start your first project",
        ),
        h("button", { type: "button", onclick: () => start.open(EXAMPLE) }, "Try an example brief"),
      ),
      preview.element,
    );
  }
  if (show === "waiting" && !search) {
    return empty(
      "waiting",
      "Nothing waits for you",
      "When a gate asks, its project appears here, and in the inbox.",
      h("button", { type: "button", onclick: clear }, "Show all projects"),
    );
  }
  return empty(
    "search",
    "No project matches",
    search ? `None${show === "all" ? "" : " of these"} has “${search}” in its name.` : "None has such a status.",
    h("button", { type: "button", onclick: clear }, "Clear the filters"),
  );
}
