/** `<diff-view>`: what changed between two versions, line by line. */

import { h } from "../dom.js";
import { count } from "../labels.js";
import { failure } from "../notices.js";
import { artifacts, Problem } from "../rest.js";
import { inSlices } from "../scheduling.js";
import { style } from "../style.js";
import { blocks, counts, digits, section } from "./diff-rows.js";
import { parse } from "./unified-diff.js";

/** @import { ArtifactItem } from "../api.d.ts" */
/** @import { FileDiff } from "./unified-diff.js" */

await style("diff.css");

/** Lines that are shown at first, and with each press of the button: half a million elements are too slow. */
const MOST_LINES = 20_000;

/** `show(afterId, beforeId)` shows what changed from one version to another; `beforeId` null is the version before. */
export class DiffView extends HTMLElement {
  #leave = new AbortController();
  #open = true; // whether files that are still to be drawn begin open

  /** @type {[afterId: string, beforeId: string | null] | null} the versions that are being read */
  #wanted = null;

  connectedCallback() {
    if (this.#wanted && this.#leave.signal.aborted) this.show(...this.#wanted);
  }

  disconnectedCallback() {
    this.#leave.abort();
  }

  /**
   * @param {string} afterId
   * @param {string | null} beforeId
   */
  async show(afterId, beforeId) {
    this.#wanted = [afterId, beforeId];
    this.#leave.abort();
    const { signal } = (this.#leave = new AbortController());
    this.setAttribute("aria-busy", "true");
    // An answer that comes at once leaves no flash behind.
    const slow = setTimeout(() => this.replaceChildren(h("p", { class: "loading" }, "Comparing…")), 150);
    try {
      const { diff, from } = await artifacts.diff(afterId, beforeId ?? undefined, { signal });
      clearTimeout(slow);
      if (!signal.aborted) await this.#draw(parse(diff), from, signal);
    } catch (error) {
      clearTimeout(slow);
      if (signal.aborted) return;
      this.replaceChildren(
        error instanceof Problem && error.status === 409
          ? refusal(error)
          : failure(error, () => this.show(afterId, beforeId)),
      );
    } finally {
      clearTimeout(slow);
      if (!signal.aborted) {
        this.#wanted = null;
        this.removeAttribute("aria-busy");
      }
    }
  }

  /**
   * @param {FileDiff[]} files
   * @param {ArtifactItem | null} from
   * @param {AbortSignal} signal
   */
  #draw(files, from, signal) {
    if (!files.length) {
      const says = from ? "The two versions are equal." : "There is nothing in this version.";
      this.replaceChildren(h("p", { class: "notice" }, says));
      return undefined;
    }
    this.#open = true;
    const style = { "--digits": digits(files) };
    const scroll = h("div", { class: "diff-scroll", role: "region", "aria-label": "Changes", tabindex: "0", style });
    this.replaceChildren(this.#summary(files, from, scroll), scroll);
    return this.#fill(this.#steps(files, scroll), scroll, signal);
  }

  /**
   * Draw file after file. Each step yields the number of lines that it has added.
   * @param {FileDiff[]} files
   * @param {HTMLElement} scroll
   */
  *#steps(files, scroll) {
    for (const file of files) {
      const body = h("div", { class: "diff-rows" });
      scroll.append(files.length > 1 ? section(file, body, this.#open) : body);
      yield* blocks(file, body);
    }
  }

  /**
   * Draw up to MOST_LINES lines; a button draws more.
   * @param {Iterator<number, void>} steps
   * @param {HTMLElement} scroll
   * @param {AbortSignal} signal
   */
  async #fill(steps, scroll, signal) {
    let room = MOST_LINES;
    let ended = false;
    const next = () => {
      const step = steps.next();
      ended = Boolean(step.done);
      room -= step.value ?? 0;
      return { done: ended || room <= 0 };
    };
    await inSlices({ next }, signal);
    if (ended || signal.aborted) return;
    const more = h("button", { type: "button", class: "quiet diff-more" }, "Show more lines");
    more.addEventListener("click", () => {
      scroll.focus({ preventScroll: true });
      more.remove();
      this.#fill(steps, scroll, signal);
    });
    scroll.append(more);
  }

  /**
   * @param {FileDiff[]} files
   * @param {ArtifactItem | null} from
   * @param {HTMLElement} scroll
   */
  #summary(files, from, scroll) {
    /** @param {"added" | "removed"} what */
    const sum = (what) => files.reduce((total, file) => total + file[what], 0);
    /** @param {boolean} open */
    const fold = (open) => () => {
      this.#open = open;
      for (const one of scroll.querySelectorAll("details")) one.open = open;
    };
    const changed = files.length > 1 ? `${count(files.length, "file")} changed` : "Changed";
    return h(
      "header",
      { class: "diff-summary" },
      h("span", {}, from ? changed : "All of it is new"),
      counts(sum("added"), sum("removed")),
      files.length > 1 &&
        h(
          "span",
          { class: "buttons" },
          h("button", { type: "button", class: "quiet", onclick: fold(true) }, "Open all"),
          h("button", { type: "button", class: "quiet", onclick: fold(false) }, "Close all"),
        ),
    );
  }
}

/** @param {Error} error */
function refusal(error) {
  return h("p", { class: "notice", role: "status" }, h("strong", {}, "No comparison"), error.message);
}

customElements.define("diff-view", DiffView);
