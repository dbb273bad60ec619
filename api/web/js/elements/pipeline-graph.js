/**
 * `<pipeline-graph>`: a pipeline's stages in the order of their dependencies, their gates and their rework rules.
 *
 * Properties: `pipeline` (a Pipeline as REST gives it), `oversight` (which gates are in force), `stages` (the Map of
 * stages.js `stageStates()`; null draws the pipeline at rest, with nothing to press), `current` (the name of a stage to
 * mark) and `ended` (the project has ended: what has not begun will not). It dispatches `stage-select` with the stage's
 * name as `detail`. A screen reader finds a list of stages, each saying how it stands and what it depends on.
 */

import { each, h, icon, svg, write } from "../dom.js";
import { asks, upstream } from "../project/stages.js";
import { status } from "../words.js";
import { layout } from "./pipeline-layout.js";

const ASKS = {
  always: "A human decides after it",
  on_low_confidence: "A human decides after it when the agent is unsure",
};

let made = 0;

class PipelineGraph extends HTMLElement {
  #given = { pipeline: null, oversight: null, stages: null, current: null, ended: false };
  #id = `pipeline-${(made += 1)}`;
  #room = 0;
  #drawn = "";
  #asked = false;
  #parts;
  #observer;

  static {
    for (const name of ["pipeline", "oversight", "stages", "current", "ended"]) {
      Object.defineProperty(this.prototype, name, {
        get() { return this.#given[name]; },
        set(value) {
          this.#given[name] = value;
          this.#ask();
        },
      });
    }
  }

  connectedCallback() {
    // A property that was set before the element was known to the browser hides the accessor of the same name.
    for (const name of Object.keys(this.#given)) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
    this.#observer = new ResizeObserver(([{ contentRect }]) => {
      if (Math.abs(contentRect.width - this.#room) < 1) return;
      this.#room = contentRect.width;
      this.#ask();
    });
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      if (this.#given.pipeline && this.#room > 0) this.#paint();
    });
  }

  #paint() {
    const { pipeline, oversight, stages } = this.#given;
    this.#parts ??= this.#build();
    const gates = new Map(pipeline.stages.map((stage) => [stage.name, gate(stage, oversight, stages?.get(stage.name))]));
    const gated = new Set([...gates].filter(([, { rule }]) => rule !== "never").map(([name]) => name));
    const drawn = JSON.stringify([pipeline.name, pipeline.stages.map((stage) => [stage.name, stage.consumes, stage.produces, stage.rework]), [...gated], this.#room]);
    const anew = drawn !== this.#drawn;
    if (anew) this.#draw(layout(pipeline, { gated, room: this.#room }));
    this.#drawn = drawn;
    this.#tint(gates);
    const before = upstream(pipeline);
    write(this.#parts.title, `Stages of ${pipeline.name}`);
    each(this.#parts.list, pipeline.stages, (stage) => `${Boolean(stages)} ${stage.name}`, (stage) => this.#stage(stage), (item, stage) => {
      this.#update(item, stage, gates.get(stage.name), before.get(stage.name));
    });
    if (anew) this.#reveal();
  }

  /** Where not all of it fits, begin with the marked stage, or with where the work is. */
  #reveal() {
    const { stages, current } = this.#given;
    const { region, layout: { boxes } } = this.#parts;
    const under = (...states) => [...(stages ?? [])].find(([, { state }]) => states.includes(state))?.[0];
    const box = boxes.get(current ?? under("waiting_for_hitl", "working", "failed", "rejected"));
    if (box && !region.contains(document.activeElement)) region.scrollTo(box.x - region.clientWidth / 3, box.y - region.clientHeight / 3);
  }

  #build() {
    const title = h("span", { class: "visually-hidden", id: `${this.#id}-title` });
    const picture = svg("svg", { "aria-hidden": "true" });
    const list = h("ol", { role: "list", "aria-labelledby": `${this.#id}-title` });
    const canvas = h("div", { class: "pipeline-canvas" }, picture, list);
    const region = h("div", { class: "pipeline-region" }, canvas);
    this.replaceChildren(title, region);
    return { title, picture, list, canvas, region, layout: null };
  }

  #draw(found) {
    const { picture, canvas, region } = this.#parts;
    this.#parts.layout = found;
    canvas.style.setProperty("width", `${found.width}px`);
    canvas.style.setProperty("height", `${found.height}px`);
    picture.setAttribute("viewBox", `0 0 ${found.width} ${found.height}`);
    // A drawing at rest has nothing to focus in it, and must yet be scrolled with the keyboard.
    const scrolls = !this.#given.stages && found.width > this.#room;
    for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-labelledby", `${this.#id}-title`]]) {
      if (scrolls) region.setAttribute(name, value);
      else region.removeAttribute(name);
    }
    picture.replaceChildren(
      ...found.edges.map((edge) => svg("g", { class: "edge", "data-from": edge.from, "data-to": edge.to }, svg("path", { d: edge.path }), svg("path", { class: "head", d: edge.head }))),
      ...found.stems.map((path) => svg("path", { class: "stem", d: path })),
      ...found.reworks.map((rework) => rounds(rework, found.down)),
      ...[...found.gates].map(([name, place]) => diamond(name, place, () => this.#select(name))),
    );
  }

  #tint(gates) {
    const { stages } = this.#given;
    for (const one of this.#parts.picture.children) {
      const { from, gate: name } = one.dataset;
      const { rule, stands } = gates.get(name) ?? {};
      if (name) Object.assign(one.dataset, { rule, stands });
      else if (one.classList.contains("edge")) one.dataset.passed = stages?.get(from)?.state === "completed";
    }
  }

  #stage(stage) {
    const id = `${this.#id}-${stage.name}`;
    const inside = [h("span", { class: "stage-mark" }), h("span", { class: "stage-name cut" }), h("span", { class: "stage-agent cut" }), h("span", { class: "stage-round" })];
    const box = this.#given.stages
      ? h("button", { type: "button", class: "stage-box", "aria-describedby": id, onclick: () => this.#select(stage.name) }, inside)
      : h("div", { class: "stage-box" }, h("span", { class: "visually-hidden", dataset: { says: "" } }), h("span", { class: "stage-shown", "aria-hidden": "true" }, inside));
    return h("li", {}, box, h("span", { class: "visually-hidden", id, dataset: { more: "" } }));
  }

  #update(item, stage, { asks: question, rule }, before) {
    const { stages, current, ended } = this.#given;
    const { state = null, round = 0 } = stages?.get(stage.name) ?? {};
    const { word, tone, mark } = status("stage", state);
    const box = item.firstElementChild;
    const place = this.#parts.layout.boxes.get(stage.name);
    for (const side of ["x", "y", "width", "height"]) item.style.setProperty(`--${side}`, `${place[side]}px`);
    const [shownMark, name, agent, shownRound] = box.querySelectorAll(".stage-mark, .stage-name, .stage-agent, .stage-round");
    const says = [stage.name, stage.agent, state && (ended && state === "pending" ? "not begun" : word.toLowerCase()), round > 1 && `round ${round}`];
    const text = says.filter(Boolean).join(", ");
    if (stages) box.setAttribute("aria-label", text);
    else write(box.firstElementChild, text);
    if (box.dataset.state !== String(state)) {
      shownMark.replaceChildren(...(state ? [icon(mark, { class: mark === "working" ? "turning" : "" })] : []));
      if (box.dataset.state !== undefined) box.dataset.changed = "";
    }
    Object.assign(box.dataset, { state, tone });
    box.title = stage.name;
    if (current === stage.name) box.setAttribute("aria-current", "true");
    else box.removeAttribute("aria-current");
    write(name, stage.name);
    write(agent, stage.agent);
    write(shownRound, round > 1 ? `round ${round}` : "");
    write(item.lastElementChild, [
      before.length ? `After ${before.join(" and ")}.` : "First.",
      ASKS[rule] && `${ASKS[rule]}: ${question}`,
      stage.rework && `When it fails, ${stage.rework.to} is done again, at most ${stage.rework.max_rounds} times.`,
    ].filter(Boolean).join(" "));
  }

  #select(name) {
    this.dispatchEvent(new CustomEvent("stage-select", { detail: name, bubbles: true }));
  }
}

/** A stage's gate: the rule in force, and whether it waits, was passed, was refused or is still to come. */
function gate(stage, oversight, now) {
  const stopped = now?.request || now?.state === "rejected" || now?.state === "expired";
  const rule = stopped ? "always" : asks(stage, oversight);
  const stands = { waiting_for_hitl: "waiting", completed: "passed", rejected: "refused", expired: "refused" }[now?.state] ?? "ahead";
  return { rule, stands, asks: now?.request?.question ?? stage.gate?.question ?? "" };
}

function diamond(name, { x, y, size }, select) {
  const point = (dx, dy) => `${x + dx * size} ${y + dy * size}`;
  return svg("g", { class: "gate", "data-gate": name, onclick: select },
    svg("path", { d: `M${point(-1, 0)}L${point(0, -1)}L${point(1, 0)}L${point(0, 1)}Z` }),
    svg("path", { class: "tick", d: `M${point(-0.3, 0.02)}L${point(-0.06, 0.26)}L${point(0.34, -0.22)}` }),
    svg("path", { class: "cross", d: `M${point(-0.25, -0.25)}L${point(0.25, 0.25)}M${point(0.25, -0.25)}L${point(-0.25, 0.25)}` }),
    svg("text", { x: String(x), y: String(y) }, "?"));
}

function rounds({ path, head, label: { x, y }, rounds: most }, down) {
  const text = down
    ? svg("text", { x: String(x + 8), y: String(y), class: "beside" }, svg("tspan", { x: String(x + 8), dy: "-0.2em" }, "rework,"), svg("tspan", { x: String(x + 8), dy: "1.25em" }, `≤ ${most} rounds`))
    : svg("text", { x: String(x), y: String(y) }, `rework, ≤ ${most} ${most === 1 ? "round" : "rounds"}`);
  return svg("g", { class: "rework" }, svg("path", { d: path }), svg("path", { class: "head", d: head }), text);
}

customElements.define("pipeline-graph", PipelineGraph);
