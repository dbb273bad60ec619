/** The parts of a pipeline's drawing: stages, edges, gates, reworks. */

import { asked } from "../inbox/titles.js";
import { childrenOf, find, h, icon, svg, write } from "../dom.js";
import { status } from "../labels.js";
import { joined } from "../text.js";
import { gateAsks } from "./stages.js";

/** @import { GateAsk, Oversight, Stage } from "../api.d.ts" */
/** @import { Layout } from "./layout.js" */
/** @import { StageState } from "./stages.js" */

/** @typedef {{ rule: GateAsk, state: string, question: string }} GateState */

/**
 * @typedef {object} StageView
 * @property {StageState} [now] undefined for a pipeline without a project
 * @property {GateState} gate
 * @property {string[]} dependencies the names of the stages it depends on
 * @property {Record<"x" | "y" | "width" | "height", number>} place
 * @property {boolean} current whether it is the selected one
 * @property {boolean} ended whether the project has ended
 */

/** @type {Record<string, string>} */
const GATE_STATES = { waiting_for_hitl: "waiting", completed: "passed", rejected: "refused", expired: "refused" };

/**
 * A stage's gate: its state ("waiting", "passed", "refused" or still "ahead"), its question, and the rule in force:
 * for a gate that waits or has stopped the project, "always".
 * @param {Stage} stage
 * @param {Oversight | null} oversight
 * @param {StageState | undefined} now
 */
export function gateOf(stage, oversight, now) {
  const state = GATE_STATES[now?.state ?? ""] ?? "ahead";
  const rule = state === "waiting" || state === "refused" ? "always" : gateAsks(stage, oversight);
  return { rule, state, question: now?.request ? asked(now.request) : stage.gate?.question ?? "" };
}

/**
 * The elements of a drawing, at the places that layout.js has found; `select(name)` is called when a gate is pressed.
 * @param {Layout} layout
 * @param {(stage: string) => void} select
 */
export function drawPipeline({ edges, stems, reworks, gates, down }, select) {
  return [
    ...edges.map(({ from, path, head }) => svg("g", { class: "edge", "data-from": from }, line(path), arrow(head))),
    ...stems.map((path) => line(path)),
    ...reworks.map((rework) => reworkLine(rework, down)),
    ...[...gates].map(([name, place]) => diamond(name, place, () => select(name))),
  ];
}

/**
 * Show the state of the gates and the stages.
 * @param {Element} picture
 * @param {Map<string, GateState>} gates
 * @param {Map<string, StageState> | null} stages
 */
export function showStates(picture, gates, stages) {
  for (const { dataset, classList } of /** @type {Iterable<SVGElement>} */ (picture.children)) {
    if (classList.contains("edge")) dataset.passed = String(stages?.get(dataset.from ?? "")?.state === "completed");
    const gate = gates.get(dataset.gate ?? "");
    if (gate) Object.assign(dataset, { rule: gate.rule, state: gate.state });
  }
}

/**
 * @param {string} d
 * @param {string} [name]
 */
const line = (d, name) => svg("path", { class: name, d });
/** @param {string} d */
const arrow = (d) => line(d, "head");

/**
 * @param {string} name
 * @param {{ x: number, y: number, size: number }} options
 * @param {() => void} select
 */
function diamond(name, { x, y, size }, select) {
  /**
   * @param {number} dx
   * @param {number} dy
   */
  const to = (dx, dy) => `${x + dx * size} ${y + dy * size}`;
  return svg(
    "g",
    { class: "gate", "data-gate": name, onclick: select },
    line(`M${to(-1, 0)}L${to(0, -1)}L${to(1, 0)}L${to(0, 1)}Z`),
    line(`M${to(-0.3, 0.02)}L${to(-0.06, 0.26)}L${to(0.34, -0.22)}`, "tick"),
    line(`M${to(-0.25, -0.25)}L${to(0.25, 0.25)}M${to(0.25, -0.25)}L${to(-0.25, 0.25)}`, "cross"),
    svg("text", { x: String(x), y: String(y) }, "?"),
  );
}

/**
 * @param {Layout["reworks"][number]} options
 * @param {boolean} down
 */
function reworkLine({ path, head, label, rounds }, down) {
  const words = ["rework,", `≤ ${rounds}`, rounds === 1 ? "round" : "rounds"];
  const [x, y] = [String(label.x + (down ? 8 * label.side : 0)), String(label.y)];
  // If the flow runs down, there is little room beside the line, so each word has its own line.
  const lines = words.map((word, i) => svg("tspan", { x, dy: i ? "1.25em" : "-1.25em" }, word));
  const text = down
    ? svg("text", { x, y, class: label.side < 0 ? "before" : "beside" }, lines)
    : svg("text", { x, y, class: "on" }, words.join(" "));
  return svg("g", { class: "rework" }, line(path), arrow(head), text);
}

/** @type {Partial<Record<GateAsk, string>>} */
const ASKS = {
  always: "A human decides on its result",
  on_low_confidence: "A human decides on its result if the agent is unsure",
};

/**
 * A stage's box, an item of the list. `id` is the id of its description; with `select`, the box is a button.
 * @param {string} id
 * @param {(() => void) | null} select
 */
export function stageBox(id, select) {
  const parts = ["stage-mark", "stage-name cut", "stage-agent cut", "stage-round"];
  const inside = parts.map((part) => h("span", { class: part }));
  const box = select
    ? h("button", { type: "button", class: "stage-box", "aria-describedby": id, onclick: select }, inside)
    : h(
      "div",
      { class: "stage-box" },
      h("span", { class: "visually-hidden" }),
      h("span", { class: "stage-shown", "aria-hidden": "true" }, inside),
    );
  return h("li", {}, box, h("span", { class: "visually-hidden", id }));
}

/**
 * Show a stage in its box.
 * @param {HTMLElement} item
 * @param {Stage} stage
 * @param {StageView} stageView
 */
export function updateStage(item, stage, { now, gate, dependencies, place, current, ended }) {
  const [box, details] = childrenOf(item);
  for (const [side, value] of Object.entries(place)) item.style.setProperty(`--${side}`, `${value}px`);
  const { state = null, round = 0 } = now ?? {};
  const { word, tone, mark } = status("stage", state);
  const isButton = box.localName === "button";
  const [shownMark, name, agent, shownRound] = childrenOf(isButton ? box : find(".stage-shown", box));
  const statusText = state && (ended && state === "pending" ? "not started" : word.toLowerCase());
  const label = [stage.name, stage.agent, statusText, round > 1 && `round ${round}`].filter(Boolean).join(", ");
  if (isButton) box.setAttribute("aria-label", label);
  else write(childrenOf(box)[0], label);
  if (box.dataset.state !== String(state)) {
    shownMark.replaceChildren(...(state ? [icon(mark, { class: mark === "working" ? "turning" : "" })] : []));
    if (box.dataset.state !== undefined) box.dataset.changed = "";
  }
  Object.assign(box.dataset, { state, tone });
  box.title = stage.name;
  if (current) box.setAttribute("aria-current", "true");
  else box.removeAttribute("aria-current");
  write(name, stage.name);
  write(agent, stage.agent);
  write(shownRound, round > 1 ? `round ${round}` : "");
  write(details, description(stage, gate, dependencies));
}

/**
 * @param {Stage} stage
 * @param {GateState} gateState
 * @param {string[]} dependencies
 */
const description = ({ rework }, { rule, question }, dependencies) =>
  [
    dependencies.length ? `After ${joined(dependencies)}.` : "First.",
    ASKS[rule] && `${ASKS[rule]}: ${question}`,
    rework && `If it fails, ${rework.to} is repeated, at most ${rework.max_rounds} times.`,
  ].filter(Boolean).join(" ");
