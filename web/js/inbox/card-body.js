/** What a card shows of a whole request: what was asked of the agent, what it wrote, where that stands, its past. */

import { h } from "../dom.js";
import { briefing } from "./briefing.js";
import { evidence } from "./evidence.js";
import { history, words } from "./history.js";
import { earlierRounds } from "./reader.js";
import { standing } from "./standing.js";

/** The parts of the body, up to date until `signal` aborts. */
export function cardBody(request, signal) {
  const { task } = request;
  const past = h("div", {}, history(request, []));
  const remember = (rounds) => past.replaceChildren(...[history(request, rounds)].filter(Boolean));
  // Without them a person can decide, too.
  earlierRounds(request, signal).then(remember, () => {});
  const feedback = request.round > 1 && task?.feedback;
  // The question of a step that failed tells of the failure, as far as it can.
  const failure = task?.error && !request.question.includes(task.error);
  return [
    feedback && h("div", { class: "card-feedback" },
      h("p", { class: "faint" }, "The feedback for this round"), words(feedback)),
    h("div", { class: "card-evidence" },
      failure && h("div", { class: "notice", dataset: { tone: "bad" } },
        h("strong", {}, "What went wrong"), h("span", { class: "words", dir: "auto" }, task.error)),
      evidence(request)),
    h("div", { class: "card-aside" }, standing(request, signal), past, briefing(request)),
  ].filter(Boolean);
}
