/** The tab of what happened: the decisions of people, and the log. */

import { h, onCustom } from "../dom.js";
import { changeFragment, fragment } from "../fragment.js";
import { decisionHistory } from "./decisions.js";

/** @import { ProjectModel } from "./model.js" */

/** @param {ProjectModel} model */
export function activityTab(model) {
  const feed = h("event-feed", { model });
  feed.kind = fragment().get("events") ?? "milestones";
  onCustom(feed, "kind-select", (kind) => changeFragment({ events: kind === "milestones" ? null : kind }));
  return h(
    "div",
    { class: "activity-columns" },
    panel("decisions", "Decisions", decisionHistory(model)),
    panel("log", "Log", feed),
  );
}

/**
 * @param {string} name
 * @param {string} heading
 * @param {HTMLElement} content
 */
const panel = (name, heading, content) =>
  h(
    "section",
    { class: `panel ${name}-panel`, "aria-labelledby": `${name}-heading` },
    h("header", {}, h("h2", { id: `${name}-heading` }, heading)),
    content,
  );
