/** What a card says above its forms: who closed it; that a response was sent; that a draft is too large to keep. */

import { h, icon } from "../dom.js";
import { status } from "../labels.js";
import { announce, toast } from "../notices.js";
import { visible } from "../text.js";
import { decided, words } from "./card-body.js";
import { forget } from "./requests.js";

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

const WITHOUT = {
  expired: "Nobody decided in time: it has expired.",
  cancelled: "It was cancelled: its project, or this turn of the stage, has ended.",
};

/** The notice for a closed entry. `next` goes on to the next request, `discard` drops what was typed. */
export function closedNotice(entry, { next, discard }) {
  const { status: how, decision, mine } = entry.closure;
  const { word, tone, mark } = status("hitl", how);
  const texts = entry.draft.texts;
  return h("div", { class: "notice closed", tabIndex: -1, dataset: { tone: mine ? tone : "asks" } },
    h("strong", {}, icon(mark, { width: 16, height: 16 }),
      decision && texts.length ? `${word} by somebody else` : word),
    h("span", {}, decision ? decided(decision) : WITHOUT[how] ?? `The request is ${word.toLowerCase()}.`),
    words(decision?.comment),
    texts.length > 0 && h("span", { class: "kept" }, "Your response was not applied. What you typed is kept."),
    h("span", { class: "buttons" },
      texts.length > 0 && h("button", { type: "button", onclick: () => copy(texts) }, "Copy my draft"),
      texts.length > 0 && h("button", { type: "button", onclick: discard }, "Discard my draft"),
      h("button", { type: "button", onclick: next }, "Next request")));
}

/** Say it where somebody may be typing. */
export function tellClosed(entry) {
  const { status: how, decision } = entry.closure;
  announce([
    decision && `${visible(decision.responder)} was first.`,
    `The request is ${status("hitl", how).word.toLowerCase()}.`,
    entry.draft.texts.length && "What you typed is kept.",
  ].filter(Boolean).join(" "));
}

async function copy(texts) {
  const text = texts.length === 1 ? texts[0][1] : texts.map(([label, one]) => `${label}:\n${one}`).join("\n\n");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure origin there is no clipboard but that of a selected field.
    const field = h("textarea", { class: "visually-hidden" });
    field.value = text;
    document.body.append(field);
    const before = document.activeElement;
    field.select();
    document.execCommand("copy");
    field.remove();
    before?.focus();
  }
  toast("Copied.");
}
