/** What a person said of a document, as it is read: each comment on a place is below that place and its quotation. */

import { h } from "./dom.js";
import { visible } from "./text.js";

/** @typedef {{ text: string } | { place: string | null, quote: string }} Part */

const PLACE = /^On (.+):$/;

/**
 * The parts of a comment in their order: texts, and quotations with the place that the line before them names. Pure.
 * @param {string} comment
 */
export function partsOf(comment) {
  /** @type {Part[]} */
  const parts = [];
  /** @type {string[]} */
  let words = [];
  /** @type {string[]} */
  let quote = [];
  const endWords = () => {
    const text = words.join("\n").trim();
    if (text) parts.push({ text });
    words = [];
  };
  const endQuote = () => {
    if (!quote.length) return;
    const place = PLACE.exec(words.at(-1) ?? "")?.[1] ?? null;
    if (place) words.pop();
    endWords();
    parts.push({ place, quote: quote.join("\n") });
    quote = [];
  };
  for (const line of comment.split("\n")) {
    const quoted = /^> ?(.*)$/.exec(line);
    if (quoted) quote.push(quoted[1]);
    else {
      endQuote();
      words.push(line);
    }
  }
  endQuote();
  endWords();
  return parts;
}

/**
 * A comment as an element.
 * @param {string} comment
 */
export const commentText = (comment) =>
  h(
    "div",
    { class: "comment", dir: "auto" },
    partsOf(comment).map((part) =>
      "text" in part ? h("p", {}, visible(part.text)) : [
        part.place && h("p", { class: "comment-place" }, visible(part.place)),
        h("q", { class: "comment-quote", dir: "auto" }, visible(part.quote)),
      ]
    ),
  );

/**
 * A comment as part of a sentence. Pure.
 * @param {string} comment
 */
export function commentInline(comment) {
  const parts = partsOf(comment);
  if (parts.every((part) => "text" in part)) return comment;
  return parts.map((part) => {
    if ("text" in part) return part.text;
    return part.place ? `On ${part.place}, “${part.quote}”:` : `“${part.quote}”`;
  }).join(" ");
}
