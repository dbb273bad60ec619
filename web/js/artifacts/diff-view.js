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

/** Lines drawn at first, and with each press of the button: half a million elements would be too slow. */
const LINES_PER_LOAD = 20_000;

/** `show(afterId, beforeId)` shows what changed between two versions; null `beforeId` means the previous version. */
export class DiffView extends HTMLElement {
  #controller = new AbortController();
  #open = true; // whether the files still to be drawn are open at first

  /** @type {[afterId: string, beforeId: string | null] | null} the versions that are being read */
  #loading = null;

  connectedCallback() {
    if (this.#loading && this.#controller.signal.aborted) this.show(...this.#loading);
  }

  disconnectedCallback() {
    this.#controller.abort();
  }

  /**
   * @param {string} afterId
   * @param {string | null} beforeId
   */
  async show(afterId, beforeId) {
    this.#loading = [afterId, beforeId];
    this.#controller.abort();
    const { signal } = (this.#controller = new AbortController());
    this.setAttribute("aria-busy", "true");
    // Shown after 150 ms, so that a quick response does not flash.
    const loadingTimer = setTimeout(() => this.replaceChildren(h("p", { class: "loading" }, "Comparing…")), 150);
    try {
      const { diff, from } = await artifacts.diff(afterId, beforeId ?? undefined, { signal });
      clearTimeout(loadingTimer);
      if (!signal.aborted) await this.#draw(parse(diff), from, signal);
    } catch (error) {
      clearTimeout(loadingTimer);
      if (signal.aborted) return;
      this.replaceChildren(
        error instanceof Problem && error.status === 409
          ? conflict(error)
          : failure(error, () => this.show(afterId, beforeId)),
      );
    } finally {
      clearTimeout(loadingTimer);
      if (!signal.aborted) {
        this.#loading = null;
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
      const text = from ? "The two versions are identical." : "This version is empty.";
      this.replaceChildren(h("p", { class: "notice" }, text));
      return undefined;
    }
    this.#open = true;
    const style = { "--digits": digits(files) };
    const scroll = h("div", { class: "diff-scroll", role: "region", "aria-label": "Changes", tabindex: "0", style });
    this.replaceChildren(this.#summary(files, from, scroll), scroll);
    return this.#fill(this.#steps(files, scroll), scroll, signal);
  }

  /**
   * Draw the files one by one. Yields the number of lines after each step.
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
   * Draw up to LINES_PER_LOAD lines, and a button that draws more.
   * @param {Iterator<number, void>} steps
   * @param {HTMLElement} scroll
   * @param {AbortSignal} signal
   */
  async #fill(steps, scroll, signal) {
    let linesLeft = LINES_PER_LOAD;
    let ended = false;
    const next = () => {
      const step = steps.next();
      ended = Boolean(step.done);
      linesLeft -= step.value ?? 0;
      return { done: ended || linesLeft <= 0 };
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
    /** @param {"added" | "removed"} kind */
    const sum = (kind) => files.reduce((total, file) => total + file[kind], 0);
    /** @param {boolean} open */
    const fold = (open) => () => {
      this.#open = open;
      for (const section of scroll.querySelectorAll("details")) section.open = open;
    };
    const changed = files.length > 1 ? `${count(files.length, "file")} changed` : "Changed";
    return h(
      "header",
      { class: "diff-summary" },
      h("span", {}, from ? changed : "Everything is new"),
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
function conflict(error) {
  return h("p", { class: "notice", role: "status" }, h("strong", {}, "No comparison"), error.message);
}

customElements.define("diff-view", DiffView);
