/** `<diff-view>`: what changed between two versions, line by line. */

import { h, icon } from "../dom.js";
import { failure } from "../notices.js";
import { artifacts } from "../rest.js";
import { count } from "../words.js";
import { blocks, digits } from "./diff-rows.js";
import { inSlices } from "./pour.js";
import { parse } from "./unified-diff.js";

/** So many lines are shown at first, and with each further wish: a page of half a million elements helps nobody. */
const MOST_LINES = 20_000;

/** `show(afterId, beforeId)` shows what changed from one version to another; `beforeId` null is the version before. */
export class DiffView extends HTMLElement {
  #leave = new AbortController();

  disconnectedCallback() {
    this.#leave.abort();
  }

  async show(afterId, beforeId = null) {
    this.#leave.abort();
    const { signal } = (this.#leave = new AbortController());
    this.setAttribute("aria-busy", "true");
    // An answer that comes at once leaves no flash behind.
    const slow = setTimeout(() => this.replaceChildren(h("p", { class: "loading" }, "Comparing…")), 150);
    try {
      const { diff, from } = await artifacts.diff(afterId, beforeId ?? undefined, { signal });
      clearTimeout(slow);
      if (!signal.aborted) this.#draw(parse(diff), from, signal);
    } catch (error) {
      clearTimeout(slow);
      if (signal.aborted) return;
      this.replaceChildren(error.status === 409 ? refusal(error) : failure(error, () => this.show(afterId, beforeId)));
    } finally {
      clearTimeout(slow);
      if (!signal.aborted) this.removeAttribute("aria-busy");
    }
  }

  #draw(files, from, signal) {
    if (!files.length) {
      this.replaceChildren(h("p", { class: "notice" }, icon("completed"), from ? "The two versions are equal." : "There is nothing in this version."));
      return;
    }
    const bodies = files.map((file) => h("div", { class: "diff-rows" }));
    const scroll = h("div", { class: "diff-scroll", role: "region", "aria-label": "Changes", tabindex: "0", style: { "--digits": digits(files) } },
      files.map((file, index) => section(file, bodies[index], files.length > 1)));
    this.replaceChildren(summary(files, from, scroll), scroll);
    this.#fill(files.map((file, index) => [file, bodies[index]]), signal);
  }

  /** Fill the files one after the other, up to so many lines; a button goes on. */
  #fill(left, signal) {
    let room = MOST_LINES;
    const steps = function* () {
      while (left.length && room > 0) {
        const [file, body] = left[0];
        file.drawing ??= blocks(file, body);
        for (const lines of file.drawing) {
          room -= lines;
          yield;
          if (room <= 0) break;
        }
        if (room > 0) left.shift();
      }
    };
    inSlices(steps(), signal).then(() => {
      if (signal.aborted || !left.length) return;
      const more = h("button", { type: "button", class: "diff-more", onclick: () => { more.remove(); this.#fill(left, signal); } }, "Show more lines");
      left[0][1].append(more);
    });
  }
}

function refusal(error) {
  return h("p", { class: "notice", role: "status" }, h("strong", {}, "No comparison"), error.message);
}

const counts = (added, removed) => h("span", { class: "diff-counts" },
  h("span", { class: "plus", "aria-label": count(added, "line") + " added", role: "img" }, `+${added.toLocaleString()}`), " ",
  h("span", { class: "minus", "aria-label": count(removed, "line") + " removed", role: "img" }, `−${removed.toLocaleString()}`));

function summary(files, from, scroll) {
  const sum = (what) => files.reduce((total, file) => total + file[what], 0);
  const sections = () => [...scroll.querySelectorAll("details")];
  const fold = (open) => () => sections().forEach((one) => { one.open = open; });
  return h("header", { class: "diff-summary" },
    h("span", {}, from ? `${count(files.length, "file")} changed` : "All of it is new"), counts(sum("added"), sum("removed")),
    files.length > 1 && h("span", { class: "buttons" },
      h("button", { type: "button", class: "quiet", onclick: fold(true) }, "Open all"),
      h("button", { type: "button", class: "quiet", onclick: fold(false) }, "Close all")));
}

function section(file, body, several) {
  if (!several) return body;
  const name = file.path ?? file.was;
  const fate = file.was === null ? "new" : file.path === null ? "removed" : null;
  return h("details", { class: "diff-file", open: true },
    h("summary", {}, icon("chevron", { class: "diff-turn" }), h("span", { class: "mono cut", dir: "auto", title: name }, name),
      fate && h("span", { class: "diff-fate" }, fate), counts(file.added, file.removed)),
    body);
}

customElements.define("diff-view", DiffView);
