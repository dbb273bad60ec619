/** The calls to whoever decides: a line for each open request, which leads to it in the inbox. */

import { each, h, icon, write } from "../dom.js";
import { count } from "../words.js";

const SHOWN = 4;

/** `{element, update()}`. */
export function waitingCalls(model) {
  const list = h("ul", { class: "calls" });
  const more = h("a", { class: "more-calls", href: "/inbox", hidden: true });
  const element = h("section", { "aria-label": "Waiting for you", hidden: true }, list, more);
  return {
    element,
    update() {
      const open = model.progress.open_requests;
      element.hidden = open.length === 0;
      const key = (request) => `${request.request_id} ${model.holdsDeadlines} ${request.expires_at}`;
      each(list, open.slice(0, SHOWN), key, (request) => call(request, model.holdsDeadlines));
      more.hidden = open.length <= SHOWN;
      write(more, more.hidden ? "" : `${count(open.length - SHOWN, "more request")} in the inbox`);
    },
  };
}

function call(request, held) {
  return h("li", { class: "notice call", dataset: { tone: "asks" } },
    icon("waiting"),
    h("a", { href: `/inbox?request=${request.request_id}` },
      h("strong", {}, "Waiting for you: "), h("span", { dir: "auto" }, request.question)),
    h("span", { class: "soft" },
      request.stage, request.round > 1 && `, round ${request.round}`,
      ", asked ", h("time-ago", { datetime: request.created_at }),
      ...(held ? ["; the deadline stands still"] : [", expires ", h("time-ago", { datetime: request.expires_at })])));
}
