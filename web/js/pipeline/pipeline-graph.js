/**
 * `<pipeline-graph>`: a pipeline's stages in the order of their dependencies, their gates and their rework rules.
 * show() sets what it draws. It dispatches `stage-select` with the stage's name as `detail`. Screen readers find a list of
 * stages, each with its state and what it depends on.
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
 * @property {Map<string, StageState> | null} stages null draws the pipeline at rest, with nothing to press
 * @property {string | null} current the name of a stage to mark
 * @property {boolean} ended whether the project has ended: what has not begun will not
 */

await style("pipeline.css");

const WORTH_SEEING = ["waiting_for_hitl", "working", "failed", "rejected"];

let made = 0;

export class PipelineGraph extends HTMLElement {
  /** @type {Shown} */
  #given = { pipeline: null, oversight: null, stages: null, current: null, ended: false };
  #id = `pipeline-${(made += 1)}`;
  #room = 0;
  #drawn = "";
  #parts = this.#build();
  /** @type {Layout["boxes"]} */
  #places = new Map();
  #observer = new ResizeObserver(([{ contentRect }]) => {
    if (Math.abs(contentRect.width - this.#room) < 1) return;
    this.#room = contentRect.width;
    this.#paintSoon();
  });

  #paintSoon = coalesced(() => {
    if (this.#given.pipeline && this.#room > 0) this.#paint();
  });

  /**
   * Set some of the properties.
   * @param {Partial<Shown>} values
   */
  show(values) {
    Object.assign(this.#given, values);
    this.#paintSoon();
  }

  connectedCallback() {
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  #paint() {
    const { pipeline, oversight, stages, current, ended } = this.#given;
    if (!pipeline) return;
    if (!this.firstChild) this.replaceChildren(this.#parts.title, this.#parts.region);
    const gates = new Map(pipeline.stages.map((one) => [one.name, gateOf(one, oversight, stages?.get(one.name))]));
    const gated = new Set([...gates.keys()].filter((name) => gates.get(name)?.rule !== "never"));
    const shape = pipeline.stages.map(({ name, consumes, produces, rework }) => [name, consumes, produces, rework]);
    const drawn = JSON.stringify([shape, [...gated], this.#room]);
    const anew = drawn !== this.#drawn;
    if (anew) this.#draw(layout(pipeline, { gated, room: this.#room }));
    this.#drawn = drawn;
    showStates(this.#parts.picture, gates, stages);
    write(this.#parts.title, `Stages of ${pipeline.name}`);
    const before = upstream(pipeline);
    /** @param {Stage} stage */
    const box = ({ name }) => stageBox(`${this.#id}-${name}`, stages && (() => this.#select(name)));
    each(this.#parts.list, pipeline.stages, ({ name }) => `${Boolean(stages)} ${name}`, box, (item, stage) => {
      const { name } = stage;
      const [gate, place] = [gates.get(name), this.#places.get(name)];
      if (!gate || !place) return;
      const dependencies = before.get(name) ?? [];
      updateStage(item, stage, {
        now: stages?.get(name),
        gate,
        before: dependencies,
        place,
        current: current === name,
        ended,
      });
    });
    if (anew) this.#reveal();
  }

  #build() {
    const title = h("span", { class: "visually-hidden", id: `${this.#id}-title` });
    const picture = svg("svg", { "aria-hidden": "true" });
    const list = h("ol", { role: "list", "aria-labelledby": title.id });
    const canvas = h("div", { class: "pipeline-canvas" }, picture, list);
    const region = h("div", { class: "pipeline-region" }, canvas);
    return { title, picture, list, canvas, region };
  }

  /** @param {Layout} found */
  #draw(found) {
    const { picture, canvas, region, title } = this.#parts;
    this.#places = found.boxes;
    region.dataset.flow = found.down ? "down" : "across"; // down the page, the page scrolls
    canvas.style.setProperty("width", `${found.width}px`);
    canvas.style.setProperty("height", `${found.height}px`);
    picture.setAttribute("viewBox", `0 0 ${found.width} ${found.height}`);
    picture.replaceChildren(...drawPipeline(found, (name) => this.#select(name)));
    // A drawing at rest has nothing to focus in it, and must yet be scrolled with the keyboard.
    const scrolls = !this.#given.stages && found.width > this.#room;
    for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-labelledby", title.id]]) {
      if (scrolls) region.setAttribute(name, value);
      else region.removeAttribute(name);
    }
  }

  /** Where not all of it fits, begin with the marked stage, or with where the work is. */
  #reveal() {
    const { stages, current } = this.#given;
    const { region } = this.#parts;
    const busy = [...(stages ?? [])].find(([, { state }]) => WORTH_SEEING.includes(state))?.[0];
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
