/** A stage's box in a pipeline's drawing, an item of its list. */

import { h, icon, write } from "../dom.js";
import { status } from "../words.js";

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
