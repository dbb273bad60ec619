/** How each component is, asked every few seconds while the page is seen; `change` tells of each answer. */

import { each, h, write } from "../dom.js";
import { count, problem } from "../labels.js";
import { health } from "../rest.js";
import { visible } from "../text.js";

const EVERY = 5_000; // ms
const PATIENCE = 8_000; // the API itself gives a component 2 s

export class Health extends EventTarget {
  /** The newest answer of /health/detailed, or null. */
  found = null;
  /** The Problem of the last question, or null: the API itself is then away. */
  error = null;
  /** When it was last answered or given up (ms since the epoch), and how long the API took. */
  checkedAt = null;
  took = null;

  #signal;
  #clock;
  #asking = false;

  constructor(signal) {
    super();
    this.#signal = signal;
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.ask(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#clock));
  }

  async ask() {
    if (this.#asking || this.#signal.aborted) return;
    this.#asking = true;
    clearTimeout(this.#clock);
    const began = performance.now();
    const patience = new AbortController();
    const clock = setTimeout(() => patience.abort(), PATIENCE);
    try {
      this.found = await health({ signal: AbortSignal.any([this.#signal, patience.signal]) });
      this.error = null;
    } catch (error) {
      if (this.#signal.aborted) return;
      this.error = error.name === "AbortError" ? new Error(`BotArmy did not answer within ${PATIENCE / 1000} s.`) : error;
    } finally {
      clearTimeout(clock);
      this.#asking = false;
    }
    this.took = performance.now() - began;
    this.checkedAt = Date.now();
    this.dispatchEvent(new Event("change"));
    this.#clock = setTimeout(() => document.visibilityState === "visible" && this.ask(), EVERY);
  }
}

/** `{element, paint(health)}`; hidden while every workflow goes on. */
export function workflows() {
  const list = h("ul", { class: "stopped-workflows" });
  const more = h("p", { class: "soft" });
  const element = h("section", { class: "panel", "aria-label": "Standing still", hidden: true },
    h("header", {}, h("h2", {}, "Standing still")), h("div", { class: "panel-content" }, list, more));
  function paint({ found }) {
    const items = found?.workflows?.items ?? [];
    each(list, items, ({ workflow_id: id }) => id, row, paintRow);
    element.hidden = items.length === 0;
    write(more, stopped(found) > items.length ? `and ${stopped(found) - items.length} more; \`botarmy doctor\` lists them all.` : "");
  }
  return { element, paint };
}

/** How many do not go on. */
export function stopped(found) {
  const { missing = 0, stuck = 0, inconsistent = 0 } = found?.workflows ?? {};
  return missing + stuck + inconsistent;
}

/** The same as a sentence, or "". */
export const standing = (found) =>
  stopped(found) ? `${count(stopped(found), "workflow")} ${stopped(found) === 1 ? "does" : "do"} not go on` : "";

function row({ project_id: id }) {
  return h("li", {}, h("a", { href: `/projects/${id}`, dir: "auto" }), h("span", {}, ""));
}

function paintRow(element, { project_name: name, task_id: task, kind, detail }) {
  const [link, why] = element.children;
  write(link, visible(name));
  write(why, ` ${task ? "A task of it: " : ""}${problem(kind)}. ${visible(detail)}`);
}
