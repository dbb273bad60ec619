/** `<diff-view>`: what changed between two versions, line by line. */

import { h, icon } from "../dom.js";
import { count } from "../labels.js";
import { failure } from "../notices.js";
import { artifacts } from "../rest.js";
import { inSlices } from "../scheduling.js";
import { style } from "../style.js";
import { visible } from "../text.js";
import { blocks, digits } from "./diff-rows.js";
import { parse } from "./unified-diff.js";

await style("diff.css");

/** So many lines are shown at first, and with each further wish: a page of half a million elements helps nobody. */
const MOST_LINES = 20_000;

/** `show(afterId, beforeId)` shows what changed from one version to another; `beforeId` null is the version before. */
export class DiffView extends HTMLElement {
  #leave = new AbortController();
  #open = true; // whether files that are still to be drawn begin open

  #wanted = null; // the versions that are asked for and not there yet

  connectedCallback() {
    if (this.#wanted && this.#leave.signal.aborted) this.show(...this.#wanted);
  }

  disconnectedCallback() {
    this.#leave.abort();
  }

  async show(afterId, beforeId = null) {
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
      this.replaceChildren(error.status === 409 ? refusal(error) : failure(error, () => this.show(afterId, beforeId)));
    } finally {
      clearTimeout(slow);
      if (!signal.aborted) {
        this.#wanted = null;
        this.removeAttribute("aria-busy");
      }
    }
  }

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

  /** Draw file after file; each step gives the number of lines that it has put there. */
  *#steps(files, scroll) {
    for (const file of files) {
      const body = h("div", { class: "diff-rows" });
      scroll.append(files.length > 1 ? section(file, body, this.#open) : body);
      yield* blocks(file, body);
    }
  }

  /** Take so many lines' steps; a button takes more. */
  async #fill(steps, scroll, signal) {
    let room = MOST_LINES;
    let ended = false;
    const next = () => {
      const step = steps.next();
      ended = step.done;
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

  #summary(files, from, scroll) {
    const sum = (what) => files.reduce((total, file) => total + file[what], 0);
    const fold = (open) => () => {
      this.#open = open;
      for (const one of scroll.querySelectorAll("details")) one.open = open;
    };
    const changed = files.length > 1 ? `${count(files.length, "file")} changed` : "Changed";
    return h("header", { class: "diff-summary" },
      h("span", {}, from ? changed : "All of it is new"), counts(sum("added"), sum("removed")),
      files.length > 1 && h("span", { class: "buttons" },
        h("button", { type: "button", class: "quiet", onclick: fold(true) }, "Open all"),
        h("button", { type: "button", class: "quiet", onclick: fold(false) }, "Close all")));
  }
}

function refusal(error) {
  return h("p", { class: "notice", role: "status" }, h("strong", {}, "No comparison"), error.message);
}

const counted = (name, text, says) => h("span", { class: name, role: "img", "aria-label": says }, text);

const counts = (added, removed) => h("span", { class: "diff-counts" },
  counted("plus", `+${added.toLocaleString()}`, `${count(added, "line")} added`), " ",
  counted("minus", `−${removed.toLocaleString()}`, `${count(removed, "line")} removed`));

function section(file, body, open) {
  const name = visible(file.path ?? file.was);
  const fate = file.was === null ? "new" : file.path === null ? "removed" : null;
  return h("details", { class: "diff-file", open },
    h("summary", {},
      icon("chevron", { class: "diff-turn" }),
      h("span", { class: "mono cut", dir: "auto", title: name }, name),
      fate && h("span", { class: "diff-fate" }, fate), counts(file.added, file.removed)),
    body);
}

customElements.define("diff-view", DiffView);
