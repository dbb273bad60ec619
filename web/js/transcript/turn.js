/** One turn of a transcript: what the model said, and each call of a tool with its result. */

import { each, find, h, icon, present, write } from "../dom.js";
import { visible } from "../text.js";
import { duration } from "../time.js";
import { argumentTexts, callInBrief, turnInWords } from "./pages.js";
import { textBlock } from "./text-block.js";

/** @import { ToolCallPublic, TurnPublic } from "../api.d.ts" */

const MAX_CALLS = 50; // of one turn; more than any model makes that does its work

/** @param {TurnPublic} turn */
export function turnEntry(turn) {
  return h(
    "li",
    { class: "transcript-turn" },
    h(
      "header",
      {},
      h("strong", {}, `Turn ${turn.number}`),
      h("bdi", { class: "mono" }, visible(turn.model ?? turn.asked_for ?? "")),
      h("span", { class: "soft numbers" }, turnInWords(turn), " · ", h("time-ago", { datetime: turn.at })),
    ),
    h("p", { class: "bad", dataset: { part: "discarded" }, hidden: true }),
    turn.text && textBlock(turn.text, "What the model said"),
    turn.thinking && folded("What it thought", () => [textBlock(turn.thinking, "What the model thought")]),
    h("ul", { "aria-label": `Tool calls of turn ${turn.number}` }),
    h("p", { class: "soft", dataset: { part: "more" }, hidden: true }),
    h("div", { dataset: { part: "remark" } }),
  );
}

/**
 * Why a turn is not part of the conversation.
 * @param {Pick<TurnPublic, "discarded" | "asked_instead">} turn
 */
export const notUsed = ({ discarded, asked_instead: instead }) =>
  instead ? `Failed: ${discarded} Asked instead: ${instead}` : `Not used, but paid: ${discarded}`;

/**
 * Show the results that the calls have by now. What a reader has opened stays open.
 * @param {HTMLElement} entry
 * @param {TurnPublic} turn
 */
export function updateTurn(entry, turn) {
  const discarded = find("[data-part=discarded]", entry);
  discarded.hidden = !turn.discarded;
  write(discarded, turn.discarded ? visible(notUsed(turn)) : "");
  const list = find("ul", entry);
  list.hidden = turn.calls.length === 0;
  const calls = turn.calls.slice(0, MAX_CALLS).map((call, index) => ({ call, index }));
  each(list, calls, ({ index }) => index, callEntry, (item, { call }) => updateCall(item, call));
  const more = find("[data-part=more]", entry);
  more.hidden = turn.calls.length <= MAX_CALLS;
  write(more, more.hidden ? "" : `and ${turn.calls.length - MAX_CALLS} more calls`);
  const remark = find("[data-part=remark]", entry);
  if (turn.remark && !remark.firstChild) {
    remark.append(h("span", { class: "bad" }, "It was asked to correct this:"), textBlock(turn.remark, "Correction"));
  }
}

/**
 * A disclosure whose content is made when it is first opened.
 * @param {string | Node} title
 * @param {() => Node[]} content
 */
export function folded(title, content) {
  const body = h("div", { class: "transcript-folded" });
  const element = h("details", {}, h("summary", {}, title), body);
  element.addEventListener("toggle", () => {
    if (!element.open || body.dataset.made) return;
    body.dataset.made = "yes";
    body.append(...content());
  });
  return element;
}

/** The calls as they were last read. @type {WeakMap<Element, ToolCallPublic>} */
const newest = new WeakMap();

/** @param {{ call: ToolCallPublic }} options */
function callEntry({ call }) {
  const brief = callInBrief(call);
  const title = h(
    "span",
    { class: "transcript-call" },
    h("span", { dataset: { part: "mark" } }),
    h("bdi", { class: "mono" }, visible(call.tool)),
    brief && h("bdi", { class: "soft cut" }, visible(brief)),
    h("span", { class: "soft numbers", dataset: { part: "result" } }),
  );
  const item = h("li", {});
  item.append(
    folded(title, () => [
      ...argumentTexts(call).map(([name, text]) => named(name, text)),
      ...resultOf(newest.get(item) ?? call),
    ]),
  );
  return item;
}

/** @type {Record<string, [mark: string, word: string]>} */
const RESULTS = { none: ["pending", "no result"], ok: ["completed", ""], failed: ["failed", "failed"] };

/**
 * @param {HTMLElement} item
 * @param {ToolCallPublic} call
 */
function updateCall(item, call) {
  const result = call.ok === null ? "none" : call.ok ? "ok" : "failed";
  newest.set(item, call);
  if (item.dataset.result === result) return;
  item.dataset.result = result;
  const [mark, word] = RESULTS[result];
  const time = call.seconds === null ? "" : duration(call.seconds * 1000);
  find("[data-part=mark]", item).replaceChildren(icon(mark));
  write(find("[data-part=result]", item), present([word, time]).join(", "));
  const body = find(".transcript-folded", item);
  if (body.dataset.made) body.append(...resultOf(call)); // it was opened before the result was there
  if (call.ok === false) /** @type {HTMLDetailsElement} */ (find("details", item)).open = true;
}

/** @param {ToolCallPublic} call */
const resultOf = ({ ok, result }) => (ok === null ? [] : [named(ok ? "result" : "error", result ?? "")]);

/**
 * @param {string} name
 * @param {string} text
 */
const named = (name, text) => h("div", {}, h("span", { class: "soft" }, visible(name)), textBlock(text, visible(name)));
