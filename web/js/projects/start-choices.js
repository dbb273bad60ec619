/** The choice of a new project's pipeline, oversight and crew, and a preview of the pipeline. */

import { LEVELS } from "../badges.js";
import { h } from "../dom.js";
import { radioGroup } from "../field.js";
import { count } from "../labels.js";
import { failure } from "../notices.js";
import { pipelinePreview, PREFERRED } from "../pipeline/preview.js";
import { catalogue } from "../rest.js";
import { CrewChoice } from "./crew-choice.js";
import { estimateLine } from "./estimate.js";

/** @import { Oversight, PipelineItem } from "../api.d.ts" */
/** @import { ProjectDraft } from "./start-dialog.js" */

export class StartChoices {
  #draft;
  #signal;
  #preview;
  #pipeline = radioGroup("Pipeline", "pipeline");
  #oversight = radioGroup("Oversight", "oversight");
  #estimate;
  crew;
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
    this.#estimate = estimateLine(signal);
    this.crew = new CrewChoice(draft, { changed, signal });
    const onchange = () => {
      changed();
      this.#draw();
    };
    const choices = [this.#pipeline.element, this.#oversight.element, this.crew.element, this.#estimate.element];
    this.element = h("div", { class: "start-how", onchange }, choices);
  }

  get preview() {
    return this.#preview.element;
  }

  get values() {
    const pipeline = this.#pipeline.value || this.#draft.values.pipeline;
    return { pipeline, oversight: this.#oversight.value, ...this.crew.values };
  }

  /** The part of a request's body. */
  get body() {
    const { pipeline, oversight } = this.values;
    const level = /** @type {Oversight | ""} */ (oversight) || null;
    return { oversight: level, ...(pipeline && { pipeline }), ...this.crew.body };
  }

  /** Show the choices of the draft. */
  fill() {
    const levels = Object.entries(LEVELS).map(([value, level]) => ({ value, ...level }));
    this.#oversight.fill(levels, this.#draft.values.oversight);
    this.#choosePipeline();
    this.crew.fill();
  }

  /** Read the pipelines, once, and the crews. */
  async load() {
    this.crew.load().then(() => this.#draw());
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
      const gated = gates.length ? count(gates.length, "review") : "no review";
      return { value: name, word: name, means: description, aside: `${count(stages.length, "step")}, ${gated}` };
    });
    this.#pipeline.fill(options, chosen);
    this.#draw();
  }

  #draw() {
    const { pipeline, oversight } = this.#draft.values;
    if (!this.#pipelines) return;
    this.#preview.show(pipeline, oversight);
    this.#estimate.show(this.crew.rehearses ? "" : pipeline, this.crew.body.model ?? "");
  }
}
