/**
 * `<task-transcript>`: a task's conversation with a model: its prompt, each turn, its tool calls, tokens, cost and
 * time. It is read when it is opened, and again when the task continues. Dispatches `turns-shown` (`detail`: the number
 * of the last turn).
 */

import { each, find, h, present, write } from "../dom.js";
import { count, OPEN_TASK_STATUSES } from "../labels.js";
import { failure, messageOf } from "../notices.js";
import { Refresher } from "../refresher.js";
import { tasks } from "../rest.js";
import { style } from "../style.js";
import { amountInWords, askedModel } from "../usage.js";
import { merged, nextQuery, NOTHING, sumsInWords } from "./pages.js";
import { textBlock } from "./text-block.js";
import { folded, turnEntry, updateTurn } from "./turn.js";

/** @import { PromptPublic, TaskPublic } from "../api.d.ts" */
/** @import { Known } from "./pages.js" */

await style("transcript.css");

const GAP = 1_000; // ms between two requests

export class TaskTranscript extends HTMLElement {
  /** @type {TaskPublic | null} */
  #task = null;
  /** @type {Known} */
  #known = NOTHING;
  #total = 0;
  #wantsMore = false;
  #controller = new AbortController();
  /** @type {Refresher | null} */
  #refresher = null;
  #amount = h("span", { class: "soft numbers" });
  #sums = h("p", { class: "soft numbers" }, "Reading…");
  #errors = h("div", {});
  #prompt = h("div", {});
  #turns = h("ol", { class: "transcript-turns", "aria-label": "Turns" });
  #more = h("button", { type: "button", hidden: true, onclick: () => this.#loadMore() });
  #details = h(
    "details",
    { class: "transcript" },
    h("summary", {}, "Conversation with the model ", this.#amount),
    h("div", { class: "transcript-body" }, this.#sums, this.#errors, this.#prompt, this.#turns, this.#more),
  );

  constructor() {
    super();
    this.#details.addEventListener("toggle", () => this.refresh());
  }

  connectedCallback() {
    if (!this.firstChild) this.append(this.#details);
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    const failed = (/** @type {unknown} */ error) => this.#showError(error);
    this.#refresher = new Refresher(() => this.#read(signal), { gap: GAP, signal, failed });
    this.refresh();
  }

  disconnectedCallback() {
    this.#controller.abort();
  }

  /**
   * Show a task, which may have changed. It is hidden if no model can have been asked.
   * @param {TaskPublic} task
   * @param {boolean} rehearses
   */
  show(task, rehearses) {
    const changed = this.#task && (this.#task.status !== task.status || this.#task.updated_at !== task.updated_at);
    this.#task = task;
    const asked = askedModel(task.usage);
    this.hidden = !asked && (rehearses || !OPEN_TASK_STATUSES.has(task.status));
    write(this.#amount, task.usage && asked ? amountInWords(task.usage) : "");
    if (changed) this.refresh();
  }

  /** Read what is new, if a person has it open. */
  refresh() {
    if (this.#details.open && this.isConnected) this.#refresher?.ask();
  }

  /** Say once what is wrong, however often reading fails. @param {unknown} error */
  #showError(error) {
    const message = error ? messageOf(error) : "";
    if (this.#errors.dataset.message === message) return;
    this.#errors.dataset.message = message;
    this.#errors.replaceChildren(...(error ? [failure(error, () => this.#refresher?.hurry())] : []));
  }

  #loadMore() {
    this.#wantsMore = true;
    this.#refresher?.hurry();
  }

  /** @param {AbortSignal} signal */
  async #read(signal) {
    if (!this.#task) return;
    const query = nextQuery(this.#known, this.#total, this.#wantsMore);
    const page = await tasks.transcript(this.#task.task_id, query, { signal });
    if (signal.aborted) return;
    const known = merged(this.#known, page, query.after);
    this.#known = known ?? NOTHING;
    this.#total = page.turn_count;
    if (!known) return this.#refresher?.hurry(); // the step began again before the newest turn that is shown
    this.#wantsMore = false;
    write(this.#sums, sumsInWords(page));
    write(this.#amount, page.turn_count ? amountInWords(page) : "");
    this.#paint();
  }

  #paint() {
    const { prompt, turns } = this.#known;
    if (prompt && this.#prompt.dataset.version !== prompt.version) {
      this.#prompt.dataset.version = prompt.version;
      this.#prompt.replaceChildren(folded("Prompt and tools", () => promptTexts(prompt)));
    }
    each(this.#turns, turns, ({ number, at }) => `${number} ${at}`, turnEntry, updateTurn);
    this.dispatchEvent(new CustomEvent("turns-shown", { detail: turns.at(-1)?.number ?? 0 }));
    const left = this.#total - turns.length;
    const had = document.activeElement === this.#more;
    this.#more.hidden = left <= 0;
    write(this.#more, `Show more turns (${count(left, "turn")} left)`);
    if (had && this.#more.hidden) find("summary", this).focus({ preventScroll: true });
  }
}

/** @param {PromptPublic} prompt */
const promptTexts = ({ version, system, task, tools }) =>
  present([
    h("p", { class: "soft" }, "Version ", h("bdi", { class: "mono" }, version)),
    tools.length > 0 && h("p", { class: "soft" }, "Tools: ", h("span", { class: "mono" }, tools.join(", "))),
    h("strong", {}, "Its task"),
    textBlock(task, "Its task"),
    h("strong", {}, "The system prompt"),
    textBlock(system, "The system prompt"),
  ]);

customElements.define("task-transcript", TaskTranscript);
