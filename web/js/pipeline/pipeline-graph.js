/**
 * `<pipeline-graph>`: a pipeline's stages in the order of their dependencies, their gates and their rework rules.
 * show() sets what it draws. It dispatches `stage-select` with the stage's name as `detail`. For screen readers it is
 * a list of stages, each with its state and what it depends on.
 */

import { each, h, svg, write } from "../dom.js";
import { coalesced } from "../scheduling.js";
import { style } from "../style.js";
import { drawPipeline, gateOf, showStates, stageBox, updateStage } from "./drawing.js";
import { layout } from "./layout.js";
import { upstream } from "./stages.js";

/** @import { Oversight, Pipeline, Stage } from "../api.d.ts" */
/** @import { Layout } from "./layout.js" */
/** @import { StageState } from "./stages.js" */

/**
 * @typedef {object} Shown
 * @property {Pipeline | null} pipeline
 * @property {Oversight | null} oversight decides which gates are in force
 * @property {Map<string, StageState> | null} stages null draws the pipeline without states, and without buttons
 * @property {string | null} current the name of the selected stage
 * @property {boolean} ended whether the project has ended, so that pending stages will not begin
 */

await style("pipeline.css");

const REVEALED_STATES = ["waiting_for_hitl", "working", "failed", "rejected"];

let lastId = 0;

export class PipelineGraph extends HTMLElement {
  /** @type {Shown} */
  #shown = { pipeline: null, oversight: null, stages: null, current: null, ended: false };
  #id = `pipeline-${(lastId += 1)}`;
  #width = 0;
  #drawn = "";
  #parts = this.#build();
  /** @type {Layout["boxes"]} */
  #places = new Map();
  #observer = new ResizeObserver(([{ contentRect }]) => {
    if (Math.abs(contentRect.width - this.#width) < 1) return;
    this.#width = contentRect.width;
    this.#paintSoon();
  });

  #paintSoon = coalesced(() => {
    if (this.#shown.pipeline && this.#width > 0) this.#paint();
  });

  /**
   * Set some of the properties.
   * @param {Partial<Shown>} values
   */
  show(values) {
    Object.assign(this.#shown, values);
    this.#paintSoon();
  }

  connectedCallback() {
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  #paint() {
    const { pipeline, oversight, stages, current, ended } = this.#shown;
    if (!pipeline) return;
    if (!this.firstChild) this.replaceChildren(this.#parts.title, this.#parts.region);
    const gates = new Map(
      pipeline.stages.map((stage) => [stage.name, gateOf(stage, oversight, stages?.get(stage.name))]),
    );
    const gated = new Set([...gates.keys()].filter((name) => gates.get(name)?.rule !== "never"));
    const shape = pipeline.stages.map(({ name, consumes, produces, rework }) => [name, consumes, produces, rework]);
    const drawn = JSON.stringify([shape, [...gated], this.#width]);
    const redraw = drawn !== this.#drawn;
    if (redraw) this.#draw(layout(pipeline, { gated, room: this.#width }));
    this.#drawn = drawn;
    showStates(this.#parts.picture, gates, stages);
    write(this.#parts.title, `Steps of ${pipeline.name}`);
    const dependencies = upstream(pipeline);
    /** @param {Stage} stage */
    const box = ({ name }) => stageBox(`${this.#id}-${name}`, stages && (() => this.#select(name)));
    each(this.#parts.list, pipeline.stages, ({ name }) => `${Boolean(stages)} ${name}`, box, (item, stage) => {
      const { name } = stage;
      const [gate, place] = [gates.get(name), this.#places.get(name)];
      if (!gate || !place) return;
      updateStage(item, stage, {
        now: stages?.get(name),
        gate,
        dependencies: dependencies.get(name) ?? [],
        place,
        current: current === name,
        ended,
      });
    });
    if (redraw) this.#reveal();
  }

  #build() {
    const title = h("span", { class: "visually-hidden", id: `${this.#id}-title` });
    const picture = svg("svg", { "aria-hidden": "true" });
    const list = h("ol", { role: "list", "aria-labelledby": title.id });
    const canvas = h("div", { class: "pipeline-canvas" }, picture, list);
    const region = h("div", { class: "pipeline-region" }, canvas);
    return { title, picture, list, canvas, region };
  }

  /** @param {Layout} layout */
  #draw(layout) {
    const { picture, canvas, region, title } = this.#parts;
    this.#places = layout.boxes;
    region.dataset.flow = layout.down ? "down" : "across"; // if it runs down, the page scrolls instead
    canvas.style.setProperty("width", `${layout.width}px`);
    canvas.style.setProperty("height", `${layout.height}px`);
    picture.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
    picture.replaceChildren(...drawPipeline(layout, (name) => this.#select(name)));
    // A drawing without buttons has nothing to focus, but the keyboard has to scroll it.
    const scrolls = !this.#shown.stages && layout.width > this.#width;
    for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-labelledby", title.id]]) {
      if (scrolls) region.setAttribute(name, value);
      else region.removeAttribute(name);
    }
  }

  /** If not all of it fits, scroll to the selected stage, or to the one that is running, waiting or has failed. */
  #reveal() {
    const { stages, current } = this.#shown;
    const { region } = this.#parts;
    const busy = [...(stages ?? [])].find(([, { state }]) => REVEALED_STATES.includes(state))?.[0];
    const box = this.#places.get(current ?? busy ?? "");
    if (!box || region.contains(document.activeElement)) return;
    region.scrollTo(box.x - region.clientWidth / 3, box.y - region.clientHeight / 3);
  }

  /** @param {string} name */
  #select(name) {
    this.dispatchEvent(new CustomEvent("stage-select", { detail: name, bubbles: true }));
  }
}

customElements.define("pipeline-graph", PipelineGraph);
