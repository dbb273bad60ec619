/** `<live-text>`: what the model of a running task is writing, until the turn is in the task's conversation. */

import { find, h, onCustom, write } from "../dom.js";
import { announce } from "../notices.js";
import { style } from "../style.js";
import { visible } from "../text.js";

/** @import { LiveTexts } from "./live-texts.js" */

await style("live-text.css");

const MAX_SHOWN = 40_000; // characters; the conversation has the whole
const KEPT = 20_000; // of them, when there are more
const QUIET = 10_000; // ms between two announcements
const AT_END = 24; // px

export class LiveTextElement extends HTMLElement {
  /** @type {LiveTexts | null} */
  #texts = null;
  #taskId = "";
  #storedTurn = 0;
  #announcedAt = -QUIET;
  #controller = new AbortController();
  #what = h("strong", {});
  #tool = h("bdi", { class: "mono" });
  #state = h("span", { class: "soft" });
  #text = h("pre", {
    class: "live-text-written",
    dir: "auto",
    tabindex: "0",
    role: "region",
    "aria-label": "What the model is writing",
    "aria-live": "off",
  });
  #note = h("p", { class: "soft", hidden: true }, "It has written more than is shown here.");

  connectedCallback() {
    if (!this.firstChild) this.append(h("header", {}, this.#what, this.#tool, this.#state), this.#text, this.#note);
    this.#controller = new AbortController();
    this.#texts?.addEventListener(this.#taskId, () => this.#paint(), { signal: this.#controller.signal });
    this.#paint(true);
  }

  disconnectedCallback() {
    this.#controller.abort();
  }

  /**
   * Show what is written for a task.
   * @param {LiveTexts} texts
   * @param {string} taskId
   */
  follow(texts, taskId) {
    this.#texts = texts;
    this.#taskId = taskId;
  }

  /** The conversation shows the turns up to this one. @param {number} turn */
  stored(turn) {
    this.#storedTurn = turn;
    this.#hideIfStored();
  }

  /** A text is obsolete once the task does not work any more. @param {boolean} works */
  set works(works) {
    if (!works) this.hidden = true;
  }

  #paint(whole = false) {
    const live = this.#texts?.of(this.#taskId);
    if (!live) {
      this.hidden = true;
      return;
    }
    const { scrollHeight, scrollTop, clientHeight } = this.#text;
    const atEnd = live.isNew || whole || scrollHeight - scrollTop - clientHeight < AT_END;
    this.hidden = false;
    this.toggleAttribute("data-ended", live.ended);
    write(this.#what, `Turn ${live.turn}`);
    write(this.#tool, live.tool ? visible(live.tool) : "");
    write(this.#state, live.ended ? "written" : "is being written");
    if (live.isNew || whole || (this.#text.textContent ?? "").length + live.added.length > MAX_SHOWN) {
      this.#text.textContent = visible(ending(live.text));
    } else this.#text.append(visible(live.added));
    this.#note.hidden = !live.isCut;
    if (atEnd) this.#text.scrollTop = this.#text.scrollHeight;
    this.#announce(live);
    this.#hideIfStored();
  }

  #hideIfStored() {
    const live = this.#texts?.of(this.#taskId);
    if (live?.ended && live.turn <= this.#storedTurn) this.hidden = true;
  }

  /** Say that a text begins or ends, but not for each of many quick turns. @param {NonNullable<ReturnType<LiveTexts["of"]>>} live */
  #announce({ stage, turn, isNew, ended }) {
    const now = performance.now();
    if (!(isNew || ended) || now - this.#announcedAt < QUIET || !this.checkVisibility()) return;
    this.#announcedAt = now;
    announce(`${stage}: the model ${ended ? "has written" : "is writing"} turn ${turn}.`);
  }
}

/**
 * Show what is written for a task in its entry, below the conversation.
 * @param {HTMLElement} entry
 * @param {LiveTexts} texts
 * @param {string} taskId
 */
export function addLiveText(entry, texts, taskId) {
  if (entry.querySelector("live-text")) return;
  const element = h("live-text", { hidden: true });
  element.follow(texts, taskId);
  const transcript = find("task-transcript", entry);
  onCustom(transcript, "turns-shown", (turn) => element.stored(turn));
  transcript.after(element);
}

/** The end of a long text, from the beginning of a line on if there is one. @param {string} text */
function ending(text) {
  if (text.length <= MAX_SHOWN) return text;
  const end = text.slice(-KEPT);
  return `…${end.slice(end.indexOf("\n") + 1).replace(/^[\uDC00-\uDFFF]/, "")}`;
}

customElements.define("live-text", LiveTextElement);
