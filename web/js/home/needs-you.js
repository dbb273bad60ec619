/** What needs this person: open requests, the nearest deadline first, and projects that make no progress. */

import { each, find, h, icon, write } from "../dom.js";
import { byDeadline, consequence, urgency, URGENCY_TONES } from "../inbox/deadline.js";
import { extendButton } from "../inbox/extend-button.js";
import { isFailure } from "../inbox/titles.js";
import { problemLabel } from "../labels.js";
import { visible } from "../text.js";
import { atTime } from "../time.js";

/** @import { PendingRequest, ProjectItem } from "../api.d.ts" */

/**
 * The list, and a link to the requests of other people. `paint(requests, projects, others)` shows them: of the projects,
 * those without progress, and how many requests other people have to decide.
 * @param {number} most rows
 */
export function needsYou(most) {
  const list = h("ul", { class: "home-rows" });
  const problems = h("ul", { class: "home-rows" });
  const more = h("a", { class: "home-more", href: "/inbox", hidden: true });
  const theirs = h("a", { class: "home-more", href: "/inbox", hidden: true });
  const element = h("div", {}, problems, list, more);

  /**
   * @param {PendingRequest[]} requests
   * @param {ProjectItem[]} projects
   * @param {number} others
   */
  function paint(requests, projects, others) {
    const shown = [...requests].sort(byDeadline);
    each(problems, projects, ({ id, workflow_problem: found }) => `${id} ${found?.kind}`, problemRow);
    each(list, shown.slice(0, most), rowKey, requestRow);
    more.hidden = shown.length <= most;
    write(more, `All ${shown.length} in the inbox`);
    theirs.hidden = others === 0;
    write(theirs, others === 1 ? "1 review waits for other people" : `${others} reviews wait for other people`);
  }
  return { element, theirs, paint };
}

/** @param {PendingRequest} request */
const rowKey = ({ request_id: id, expires_at: until, deadline_held: held, project_name: name }) =>
  `${id} ${until} ${held} ${name}`;

/** @param {PendingRequest} request */
function requestRow(request) {
  const tone = isFailure(request) ? "bad" : "asks";
  return h(
    "li",
    { class: "home-row", dataset: { tone } },
    h("span", { class: "home-mark" }, icon(tone === "bad" ? "failed" : "waiting")),
    h(
      "a",
      { class: "home-link", href: `/inbox?request=${request.request_id}` },
      h("strong", { class: "home-name", dir: "auto" }, visible(request.project_name)),
      h("span", { class: "home-about", dir: "auto" }, visible(request.title)),
    ),
    h("p", { class: "home-detail", dir: "auto" }, visible(request.cause ?? request.question)),
    h("span", { class: "home-aside" }, deadline(request)),
  );
}

/** @param {PendingRequest} request */
function deadline(request) {
  const { expires_at: until, created_at: since, deadline_held: held, at_expiry: then } = request;
  if (held) return h("span", { class: "soft", title: consequence(request) }, "deadline on hold");
  return [
    h(
      "span",
      { title: consequence(request), dataset: { tone: URGENCY_TONES[urgency(request)] } },
      h("time-left", { class: "home-left", until, since }),
      h("span", { class: "home-then" }, `${visible(then.words)} ${atTime(Date.parse(until))}`),
    ),
    extendButton(request),
  ];
}

/** @param {ProjectItem} project */
function problemRow({ id, name, workflow_problem: found }) {
  return h(
    "li",
    { class: "home-row", dataset: { tone: "bad" } },
    h("span", { class: "home-mark" }, icon("failed")),
    h(
      "a",
      { class: "home-link", href: `/projects/${id}` },
      h("strong", { class: "home-name", dir: "auto" }, visible(name)),
      h("span", { class: "home-about" }, "No progress"),
    ),
    h("p", { class: "home-detail" }, found ? `${problemLabel(found.kind)}. ${visible(found.detail)}` : ""),
    h("span", { class: "home-aside soft" }, "restart or end it"),
  );
}

/**
 * The number beside a heading.
 * @param {HTMLElement} section
 * @param {number} number
 */
export function paintCount(section, number) {
  const element = find(".home-count", section);
  element.hidden = number === 0;
  write(element, number.toLocaleString());
}
