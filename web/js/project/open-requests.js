/** A project's open requests, the nearest deadline first. */

import { each, h, icon, write } from "../dom.js";
import { byDeadline, consequence } from "../inbox/deadline.js";
import { extendButton } from "../inbox/extend-button.js";
import { asked, isFailure } from "../inbox/titles.js";
import { count } from "../labels.js";
import { placeInWords } from "../now.js";
import { pending } from "../pending.js";

/** @import { RequestItem } from "../api.d.ts" */
/** @import { ProjectModel } from "./model.js" */

const MAX_SHOWN = 4;
const MINE = "Waiting for you";
const THEIRS = "Waiting for a decision";

/**
 * Links to the open requests.
 * @param {ProjectModel} model
 */
export function openRequests(model) {
  const list = h("ul", { class: "calls" });
  const more = h("a", { class: "more-calls", href: "/inbox", hidden: true });
  const element = h("section", { "aria-label": MINE, hidden: true }, list, more);
  return {
    element,
    update() {
      const open = [...model.progress.open_requests].sort(byDeadline);
      element.hidden = open.length === 0;
      element.setAttribute("aria-label", open.some((request) => pending.mayDecide(request)) ? MINE : THEIRS);
      /** @param {RequestItem} request */
      const key = (request) =>
        `${request.request_id} ${model.holdsDeadline(request)} ${request.expires_at} ${pending.mayDecide(request)}`;
      each(list, open.slice(0, MAX_SHOWN), key, (request) => requestNotice(request, model.holdsDeadline(request)));
      more.hidden = open.length <= MAX_SHOWN;
      write(more, more.hidden ? "" : `${count(open.length - MAX_SHOWN, "more request")} in the inbox`);
    },
  };
}

/**
 * @param {RequestItem} request
 * @param {boolean} held
 */
function requestNotice(request, held) {
  const dated = { ...request, deadline_held: held };
  return h(
    "li",
    { class: "notice call", dataset: { tone: isFailure(request) ? "bad" : "asks" } },
    icon(isFailure(request) ? "failed" : "waiting"),
    h(
      "a",
      { href: `/inbox?request=${request.request_id}` },
      h("strong", {}, `${pending.mayDecide(request) ? MINE : THEIRS}: `),
      h("span", { dir: "auto" }, asked(request)),
    ),
    h(
      "span",
      { class: "soft" },
      `${placeInWords(request)}, asked `,
      h("time-ago", { datetime: request.created_at }),
      `. ${consequence(dated)}`,
    ),
    !held && extendButton(request),
  );
}
