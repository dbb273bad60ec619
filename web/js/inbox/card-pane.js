/** The inbox's right pane: the selected request's card, and above it the request that was decided just before. */

import { h, icon, present } from "../dom.js";
import { outcomeInWords } from "../decisions.js";
import { status } from "../labels.js";
import { visible } from "../text.js";
import { requestCard } from "./card.js";
import { entries } from "./entries.js";
import { address } from "./addresses.js";

/** @import { Entry } from "./entry.js" */

/**
 * It holds one card at a time. A card's signal aborts when another card is shown or `signal` aborts.
 * @param {AbortSignal} signal
 */
export function cardPane(signal) {
  const element = h("div", { class: "inbox-card" });
  const back = h(
    "a",
    { class: "back button quiet", href: address(null) },
    icon("chevron", { width: 14, height: 14 }),
    "All requests",
  );
  const hint = h("p", { class: "inbox-hint soft" }, "Select a request to see what it asks.");
  let controller = new AbortController();
  signal.addEventListener("abort", () => controller.abort());
  const pane = {
    element,
    /** The card that is shown, or null. */
    card: /** @type {ReturnType<typeof requestCard> | null} */ (null),
    /**
     * Show an entry's card, or none; `after` is the entry that was decided just before.
     * @param {Entry | null} entry
     * @param {{ after: Entry | null, next: (from: Entry) => void, loaded: () => void }} options
     */
    show(entry, { after, next, loaded }) {
      controller.abort();
      controller = new AbortController();
      pane.card = entry && requestCard(entry, { signal: controller.signal, next: () => next(entry), loaded });
      pane.replace(
        entry && back,
        after && after !== entry && decidedBefore(after),
        pane.card?.element,
        !entry && entries.waiting.mine + entries.waiting.others > 0 && hint,
      );
    },
    /**
     * Show something instead of a card.
     * @param {...(Node | null | undefined | false | "")} parts
     */
    replace(...parts) {
      element.replaceChildren(...present(parts));
    },
    /**
     * Show a notice instead of a card, and above it a link back to the list, unless the notice has a link.
     * @param {HTMLElement} notice
     */
    fail(notice, { hasLink = false } = {}) {
      controller.abort();
      pane.card = null;
      pane.replace(!hasLink && back, notice);
    },
  };
  return pane;
}

/** @param {Entry} entry */
function decidedBefore(entry) {
  const how = entry.outcome?.status ?? "pending";
  const { tone, mark } = status("hitl", how);
  return h(
    "p",
    { class: "passed", dataset: { tone } },
    icon(mark, { width: 14, height: 14 }),
    h("strong", {}, outcomeInWords(how, entry.outcome?.decision ?? null, entry.request)),
    h("span", { class: "cut", dir: "auto" }, visible(entry.name)),
    h("a", { href: address(entry.id) }, "Show it"),
  );
}
