/** What lies between the stages of a pipeline's drawing: edges, gates, reworks. */

import { h, icon, svg, write } from "../dom.js";
import { status } from "../labels.js";
import { asks } from "./stages.js";

const STANDS = { waiting_for_hitl: "waiting", completed: "passed", rejected: "refused", expired: "refused" };

/**
 * A stage's gate: `{rule, stands, question}`, the rule in force (a stage's `ask`; where it waits or has stopped the
 * project, it asks whatever the rule), and whether it is "waiting", "passed", "refused" or still "ahead".
 */
export function gateOf(stage, oversight, now) {
  const stands = STANDS[now?.state] ?? "ahead";
  const rule = stands === "waiting" || stands === "refused" ? "always" : asks(stage, oversight);
  return { rule, stands, question: now?.request?.question ?? stage.gate?.question ?? "" };
}

/** The drawing's parts, from what pipeline-layout.js has placed; `select(name)` is called when a gate is pressed. */
export function pictured(found, select) {
  return [
    ...found.edges.map((one) => svg("g", { class: "edge", "data-from": one.from }, line(one.path), arrow(one.head))),
    ...found.stems.map((path) => line(path)),
    ...found.reworks.map((rework) => wayBack(rework, found.down)),
    ...[...found.gates].map(([name, place]) => diamond(name, place, () => select(name))),
  ];
}

/** Show on the drawing's parts how the gates and the stages stand now. */
export function tint(picture, gates, stages) {
  for (const { dataset, classList } of picture.children) {
    if (classList.contains("edge")) dataset.passed = stages?.get(dataset.from)?.state === "completed";
    if (!dataset.gate) continue;
    const { rule, stands } = gates.get(dataset.gate);
    Object.assign(dataset, { rule, stands });
  }
}

const line = (d, name) => svg("path", { class: name, d });
const arrow = (d) => line(d, "head");

function diamond(name, { x, y, size }, select) {
  const to = (dx, dy) => `${x + dx * size} ${y + dy * size}`;
  return svg("g", { class: "gate", "data-gate": name, onclick: select },
    line(`M${to(-1, 0)}L${to(0, -1)}L${to(1, 0)}L${to(0, 1)}Z`),
    line(`M${to(-0.3, 0.02)}L${to(-0.06, 0.26)}L${to(0.34, -0.22)}`, "tick"),
    line(`M${to(-0.25, -0.25)}L${to(0.25, 0.25)}M${to(0.25, -0.25)}L${to(-0.25, 0.25)}`, "cross"),
    svg("text", { x: String(x), y: String(y) }, "?"));
}

function wayBack({ path, head, label, rounds }, down) {
  const says = ["rework,", `≤ ${rounds}`, rounds === 1 ? "round" : "rounds"];
  const [x, y] = [String(label.x + (down ? 8 * label.side : 0)), String(label.y)];
  // Down the page there is little room beside the line: a word a line.
  const broken = says.map((word, i) => svg("tspan", { x, dy: i ? "1.25em" : "-1.25em" }, word));
  const text = down
    ? svg("text", { x, y, class: label.side < 0 ? "before" : "beside" }, broken)
    : svg("text", { x, y, class: "on" }, says.join(" "));
  return svg("g", { class: "rework" }, line(path), arrow(head), text);
}

const ASKS = {
  always: "A human decides after it",
  on_low_confidence: "A human decides after it when the agent is unsure",
};

const all = new Intl.ListFormat("en", { type: "conjunction" });

/** `id` is for its description; with `select` it is a button, without it only says how it is. */
export function stageBox(id, select) {
  const parts = ["stage-mark", "stage-name cut", "stage-agent cut", "stage-round"];
  const inside = parts.map((part) => h("span", { class: part }));
  const box = select
    ? h("button", { type: "button", class: "stage-box", "aria-describedby": id, onclick: select }, inside)
    : h("div", { class: "stage-box" },
        h("span", { class: "visually-hidden" }), h("span", { class: "stage-shown", "aria-hidden": "true" }, inside));
  return h("li", {}, box, h("span", { class: "visually-hidden", id }));
}

/**
 * `now` is how the stage stands (null at rest), `gate` its gate, `before` what it depends on, `place` where it stands,
 * `current` whether it is marked and `ended` whether the project is over.
 */
export function updateStage(item, stage, { now, gate, before, place, current, ended }) {
  const [box, more] = item.children;
  for (const side of ["x", "y", "width", "height"]) item.style.setProperty(`--${side}`, `${place[side]}px`);
  const { state = null, round = 0 } = now ?? {};
  const { word, tone, mark } = status("stage", state);
  const pressed = box.localName === "button";
  const [shownMark, name, agent, shownRound] = pressed ? box.children : box.lastElementChild.children;
  const stands = state && (ended && state === "pending" ? "not begun" : word.toLowerCase());
  const says = [stage.name, stage.agent, stands, round > 1 && `round ${round}`].filter(Boolean).join(", ");
  if (pressed) box.setAttribute("aria-label", says);
  else write(box.firstElementChild, says);
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
  write(more, description(stage, gate, before));
}

const description = ({ rework }, { rule, question }, before) => [
  before.length ? `After ${all.format(before)}.` : "First.",
  ASKS[rule] && `${ASKS[rule]}: ${question}`,
  rework && `When it fails, ${rework.to} is done again, at most ${rework.max_rounds} times.`,
].filter(Boolean).join(" ");
