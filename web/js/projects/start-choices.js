/** The choice of a new project's pipeline and oversight, and a preview of both. */

import { LEVELS } from "../badges.js";
import { each, h, write } from "../dom.js";
import { count } from "../labels.js";
import { failure } from "../notices.js";
import { pipelinePreview, PREFERRED } from "../pipeline/preview.js";
import { catalogue } from "../rest.js";

/** @import { PipelineItem } from "../api.d.ts" */
/** @import { ProjectDraft } from "./start-dialog.js" */

/** @typedef {{ value: string, word: string, means?: string | null, aside?: string }} Option */

export class StartChoices {
  #draft;
  #signal;
  #preview;
  #pipeline = radioGroup("Pipeline", "pipeline");
  #oversight = radioGroup("Oversight", "oversight");
  /** @type {PipelineItem[] | null} */
  #pipelines = null;

  /**
   * @param {ProjectDraft} draft
   * @param {{ changed: () => void, signal: AbortSignal }} options `changed()` is called after each choice
   */
  constructor(draft, { changed, signal }) {
    this.#draft = draft;
    this.#signal = signal;
    this.#preview = pipelinePreview(signal);
    const onchange = () => {
      changed();
      this.#draw();
    };
    this.element = h("div", { class: "start-how", onchange }, this.#pipeline.element, this.#oversight.element);
  }

  get preview() {
    return this.#preview.element;
  }

  get values() {
    return { pipeline: this.#pipeline.value || this.#draft.values.pipeline, oversight: this.#oversight.value };
  }

  /** Show the choices of the draft. */
  fill() {
    const levels = Object.entries(LEVELS).map(([value, level]) => ({ value, ...level }));
    this.#oversight.fill(levels, this.#draft.values.oversight);
    this.#choosePipeline();
  }

  /** Read the pipelines, once. */
  async load() {
    if (this.#pipelines) return;
    try {
      const { items } = await catalogue.pipelines({ signal: this.#signal });
      this.#pipelines = items.sort((a, b) => Number(b.name === PREFERRED) - Number(a.name === PREFERRED));
    } catch (error) {
      if (!this.#signal.aborted) this.#pipeline.errors.replaceChildren(failure(error, () => this.load()));
      return;
    }
    this.#pipeline.errors.replaceChildren();
    this.#choosePipeline();
  }

  #choosePipeline() {
    if (!this.#pipelines) return;
    const names = this.#pipelines.map(({ name }) => name);
    const wanted = [this.#draft.values.pipeline, PREFERRED, names[0]];
    const chosen = wanted.find((name) => names.includes(name)) ?? "";
    this.#draft.values.pipeline = chosen;
    const options = this.#pipelines.map(({ name, description, stages, gates }) => {
      const gated = gates.length ? count(gates.length, "gate") : "no gate";
      return { value: name, word: name, means: description, aside: `${count(stages.length, "stage")}, ${gated}` };
    });
    this.#pipeline.fill(options, chosen);
    this.#draw();
  }

  #draw() {
    const { pipeline, oversight } = this.#draft.values;
    if (this.#pipelines) this.#preview.show(pipeline, oversight);
  }
}

/**
 * Radio buttons, each with its explanation; `errors` is for notices.
 * @param {string} legend
 * @param {string} name
 */
function radioGroup(legend, name) {
  const list = h("div", { class: "start-choices-list" });
  const errors = h("div", {});
  const element = h("fieldset", { class: "start-choices" }, h("legend", { class: "label" }, legend), list, errors);
  return {
    element,
    errors,
    get value() {
      /** @type {HTMLInputElement | null} */
      const checked = list.querySelector("input:checked");
      return checked?.value ?? "";
    },
    /**
     * @param {Option[]} options
     * @param {string} chosen
     */
    fill(options, chosen) {
      each(list, options, ({ value }) => value, ({ value }) => radio(name, value), (label, option) => {
        const [word, aside, means] = label.children[1].children;
        write(word, option.word);
        write(aside, option.aside ?? "");
        write(means, option.means ?? "");
        /** @type {HTMLInputElement} */ (label.firstElementChild).checked = option.value === chosen;
      });
    },
  };
}

/**
 * @param {string} name
 * @param {string} value
 */
function radio(name, value) {
  const id = `${name}-${value || "none"}`;
  const described = { "aria-labelledby": `${id}-word`, "aria-describedby": `${id}-aside ${id}-means` };
  return h(
    "label",
    { class: "start-choice" },
    h("input", { type: "radio", name, value, ...described }),
    h(
      "span",
      { class: "start-choice-words" },
      h("span", { class: "start-choice-word", id: `${id}-word` }),
      h("span", { class: "start-choice-aside", id: `${id}-aside` }),
      h("span", { class: "start-choice-means", id: `${id}-means` }),
    ),
  );
}
