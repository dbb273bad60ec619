/** What a card says above its forms: who closed it; that a response was sent; that a draft is too large to keep. */

import { h } from "../dom.js";
import { closedNotice, tellClosed } from "./decided.js";
import { forget } from "./reader.js";

/** `{element, update}`; update(held) moves the focus to the news where `held` says that it was on what goes. */
export function cardNotices(entry, { next, discard }) {
  const { draft } = entry;
  const element = h("div", { class: "card-notices" });
  let known = entry.closure !== null;
  let shown = "";

  function update(held) {
    const { closure, reply } = entry;
    const typed = draft.texts.length > 0;
    const key = JSON.stringify([closure?.status, closure?.decision?.decision_id, reply?.phase, draft.kept, typed]);
    if (key === shown) return;
    shown = key;
    element.replaceChildren(...[
      closure && closedNotice(entry, { next, discard }),
      reply?.phase === "sent" && h("p", { class: "notice sent", tabIndex: -1, dataset: { tone: "busy" } },
        h("strong", {}, "Sent"), h("span", {}, "It is safe and will be judged as soon as a worker is there.")),
      !draft.kept && h("p", { class: "notice" },
        "This draft is too large for the browser to keep over a reload of the page."),
    ].filter(Boolean));
    if (held) element.querySelector(".closed, .sent")?.focus();
    if (!closure || known) return;
    known = true;
    forget(entry.id);
    if (!closure.mine) tellClosed(entry);
  }

  return { element, update };
}
