/** The state of a response, inside its form: its error, or when it is sent again. */

import { h, write } from "../dom.js";
import { withdraw } from "./responding.js";

/** @import { Move } from "../labels.js" */
/** @import { Entry, Reply } from "./entry.js" */

const UNSURE = "Your response may not have arrived. It is safe to send it again: it counts once.";

/**
 * `{element, update}` for one move of an entry.
 * @param {Entry} entry
 * @param {Move} move
 */
export function progress(entry, move) {
  const element = h("div", { class: "reply", role: "alert" });
  /** @type {Reply | null} */
  let shown = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  function update() {
    const reply = entry.reply?.move === move ? entry.reply : null;
    if (reply === shown) return;
    shown = reply;
    clearInterval(timer);
    if (reply?.phase === "failed") element.replaceChildren(...failed(reply));
    else if (reply?.phase === "waiting") element.replaceChildren(...waiting(reply));
    else element.replaceChildren();
  }

  /** @param {Reply} reply */
  function failed({ message, fields = {} }) {
    if (fields.comment || fields.content) return []; // they are shown at their fields
    return [
      h(
        "div",
        { class: "notice", dataset: { tone: "bad" } },
        h("strong", {}, "That did not work"),
        h("span", { dir: "auto" }, message),
        h("span", {}, "What you typed is kept."),
      ),
    ];
  }

  /** @param {Reply} reply */
  function waiting(reply) {
    const wait = h("span", { class: "numbers", "aria-hidden": "true" });
    const tick = () => write(wait, `Next try in ${Math.max(0, Math.ceil(((reply.at ?? 0) - Date.now()) / 1000))} s.`);
    tick();
    timer = setInterval(tick, 250);
    return [
      h(
        "div",
        { class: "notice", dataset: { tone: "asks" } },
        h("strong", {}, reply.unsure ? "Cannot reach BotArmy" : "BotArmy cannot accept it now"),
        h("span", {}, reply.unsure ? UNSURE : `${reply.message} Nothing was changed, and what you typed is kept.`),
        wait,
        h(
          "span",
          { class: "buttons" },
          h("button", { type: "button", onclick: () => reply.again?.() }, "Try now"),
          h("button", { type: "button", class: "quiet", onclick: () => withdraw(entry) }, "Stop trying"),
        ),
      ),
    ];
  }

  return { element, update };
}
