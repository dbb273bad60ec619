/** What a row of the table of projects says about now. */

import { h, icon } from "../dom.js";
import { problemLabel } from "../labels.js";
import { visible } from "../text.js";
import { duration, inFull } from "../time.js";

/** @import { ProjectItem } from "../api.d.ts" */

/** The values that a note depends on. @param {ProjectItem} project */
export const noteKey = ({ status, phase, reason, waiting_for, open_requests, workflow_problem }) =>
  JSON.stringify([status, phase, reason, waiting_for, open_requests, workflow_problem]);

/**
 * What a project waits for, its current phase, or why it has ended.
 * @param {ProjectItem} project
 */
export function noteOf(
  {
    id,
    status,
    phase,
    reason,
    waiting_for: open,
    open_requests: count,
    created_at: created,
    ended_at: ended,
    workflow_problem: stopped,
  },
) {
  if (stopped) {
    const explanation = `It makes no progress: ${problemLabel(stopped.kind)}. ${visible(stopped.detail)}`;
    return [
      h(
        "a",
        { class: "cut", href: `/projects/${id}`, title: explanation },
        h("span", { class: "badge", dataset: { tone: "bad", status: "stopped" } }, icon("failed"), "No progress"),
      ),
    ];
  }
  if (open) {
    const until = status === "paused"
      ? "Its deadline is on hold."
      : `It expires ${inFull(Date.parse(open.expires_at))}.`;
    const explanation = `${visible(open.question)} ${until}`;
    return [
      h(
        "a",
        { class: "project-asks cut", href: `/inbox?request=${open.request_id}`, title: explanation },
        h("strong", { dir: "auto" }, visible(open.stage)),
        h("span", { class: "visually-hidden" }, ":"),
        " ",
        h("bdi", {}, visible(open.question)),
      ),
      h(
        "span",
        { class: "project-since" },
        h("span", { class: "visually-hidden" }, "for "),
        h("time-ago", { datetime: open.since, mode: "brief" }),
        count > 1 && h("span", { class: "project-more", title: `${count} reviews are open` }, `+${count - 1}`),
      ),
    ];
  }
  if (count) {
    return [
      h(
        "a",
        { class: "project-asks cut", href: `/projects/${id}` },
        count > 1 ? `${count} open reviews` : "An open review",
      ),
    ];
  }
  if (reason) return [h("span", { class: "cut", title: visible(reason), dir: "auto" }, visible(reason))];
  if (status === "active" && phase) return [h("span", { class: "cut" }, `Working on: ${visible(phase)}`)];
  if (status === "starting") return [h("span", { class: "cut" }, "Waiting for a worker")];
  if (status === "completed") {
    return [h("span", { class: "cut" }, `Took ${duration(Date.parse(ended ?? "") - Date.parse(created))}`)];
  }
  return [];
}
