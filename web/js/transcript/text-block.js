/** A text by an agent, a model or a tool: as text, of any length, with what is hidden in it made visible. */

import { h, write } from "../dom.js";
import { pieces, visible } from "../text.js";

const FIRST = 3_000; // characters that are shown at first
const PIECES_AT_ONCE = 5;

/**
 * The beginning of a long text, which ends with a line if there is one.
 * @param {string} text
 */
function beginning(text) {
  if (text.length <= FIRST * 1.5) return text;
  const start = text.slice(0, FIRST);
  return start.slice(0, start.lastIndexOf("\n") + 1) || start.replace(/[\uD800-\uDBFF]$/, ""); // keeps pairs whole
}

/**
 * The beginning of a text, and a button that shows more of it.
 * @param {string} text
 * @param {string} label what it is, for screen readers
 */
export function textBlock(text, label) {
  const cut = beginning(text).length;
  const shown = h("pre", { class: "transcript-text", dir: "auto" }, visible(text.slice(0, cut)));
  const block = h("div", { role: "group", "aria-label": label }, shown);
  if (cut === text.length) return block;
  const rest = pieces(text.slice(cut));
  let left = text.length - cut;
  const button = h("button", { type: "button", class: "quiet" });
  const says = () => write(button, `Show more (${left.toLocaleString("en-GB")} characters)`);

  button.addEventListener("click", () => {
    const added = [];
    for (let i = 0; i < PIECES_AT_ONCE && left > 0; i += 1) {
      const { value = "" } = rest.next();
      left -= value.length;
      const style = { "--lines": Math.max(1, value.split("\n").length) };
      added.push(h("span", { class: "part", tabindex: "-1", style }, visible(value)));
    }
    shown.append(...added);
    if (left > 0) return says();
    button.remove();
    added[0].focus({ preventScroll: true }); // the button had it
  });
  says();
  block.append(button);
  return block;
}
