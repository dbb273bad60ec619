/** The health of the components, read every few seconds while the page is visible, and the stopped workflows. */

import { each, h, write } from "../dom.js";
import { count, problemLabel } from "../labels.js";
import { health } from "../rest.js";
import { visible } from "../text.js";

/** @import { DetailedHealth, WorkflowProblemItem } from "../api.d.ts" */

const INTERVAL = 5_000; // ms
const TIMEOUT = 8_000; // the API waits up to 2 s for a component

/** Dispatches `change` after each reading. */
export class Health extends EventTarget {
  /** The newest response of /health/detailed, or null. @type {DetailedHealth | null} */
  found = null;
  /** The error of the last call, or null; the API itself is then unavailable. @type {unknown} */
  error = null;
  /** When the last call ended (ms since the epoch). */
  checkedAt = 0;
  /** How long it took (ms). */
  took = 0;

  #signal;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #asking = false;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    this.#signal = signal;
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.ask(), {
      signal,
    });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  async ask() {
    if (this.#asking || this.#signal.aborted) return;
    this.#asking = true;
    clearTimeout(this.#timer);
    const began = performance.now();
    const controller = new AbortController();
    const timeout = setTimeout(() => controller.abort(), TIMEOUT);
    try {
      this.found = await health({ signal: AbortSignal.any([this.#signal, controller.signal]) });
      this.error = null;
    } catch (error) {
      if (this.#signal.aborted) return;
      this.error = error instanceof DOMException && error.name === "AbortError"
        ? new Error(`BotArmy did not answer within ${TIMEOUT / 1000} s.`)
        : error;
    } finally {
      clearTimeout(timeout);
      this.#asking = false;
    }
    this.took = performance.now() - began;
    this.checkedAt = Date.now();
    this.dispatchEvent(new Event("change"));
    this.#timer = setTimeout(() => document.visibilityState === "visible" && this.ask(), INTERVAL);
  }
}

/** The panel of stopped workflows; hidden while there are none. */
export function workflows() {
  const list = h("ul", { class: "stopped-workflows" });
  const more = h("p", { class: "soft" });
  const element = h(
    "section",
    { class: "panel", "aria-label": "Workflows without progress", hidden: true },
    h("header", {}, h("h2", {}, "Workflows without progress")),
    h("div", { class: "panel-content" }, list, more),
  );
  /** @param {Health} health */
  function paint({ found }) {
    const items = found?.workflows?.items ?? [];
    each(list, items, ({ workflow_id: id }) => id, row, paintRow);
    element.hidden = items.length === 0;
    write(
      more,
      stoppedCount(found) > items.length
        ? `and ${stoppedCount(found) - items.length} more; \`botarmy doctor\` lists them all.`
        : "",
    );
  }
  return { element, paint };
}

/**
 * How many workflows are stopped.
 * @param {DetailedHealth | null} found
 */
export function stoppedCount(found) {
  const { missing = 0, stuck = 0, inconsistent = 0 } = found?.workflows ?? {};
  return missing + stuck + inconsistent;
}

/**
 * The same as a sentence, or "".
 * @param {DetailedHealth | null} found
 */
export const stoppedSentence = (found) =>
  stoppedCount(found)
    ? `${count(stoppedCount(found), "workflow")} ${stoppedCount(found) === 1 ? "makes" : "make"} no progress`
    : "";

/** @param {WorkflowProblemItem} workflowProblem */
function row({ project_id: id }) {
  return h("li", {}, h("a", { href: `/projects/${id}`, dir: "auto" }), h("span", {}, ""));
}

/**
 * @param {Element} element
 * @param {WorkflowProblemItem} workflowProblem
 */
function paintRow(element, { project_name: name, task_id: task, kind, detail }) {
  const [link, why] = element.children;
  write(link, visible(name));
  write(why, ` ${task ? "One of its tasks: " : ""}${problemLabel(kind)}. ${visible(detail)}`);
}
