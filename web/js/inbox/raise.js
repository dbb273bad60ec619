/** The form that approves an exhausted budget: by how much it is raised. */

import { h, write } from "../dom.js";
import { field, textField } from "../field.js";
import { me } from "../me.js";
import { hitl } from "../rest.js";
import { budgetProblem, shortageInWords } from "../usage.js";
import { COMMENT_LIMIT } from "./responding.js";

/** @import { Draft } from "./draft.js" */
/** @import { Asked } from "./entry.js" */

/**
 * @param {Draft} draft
 * @param {Asked} request
 * @returns {import("./decision-forms.js").ActionForm}
 */
export function raise(draft, request) {
  const { typed } = draft;
  let now = request.shortage_now ?? request.shortage;
  let refused = "";
  const state = h("p", { class: "soft numbers", role: "status" });
  const show = () => request.shortage && now && write(state, shortageInWords(request.shortage, now));

  /** Read the budget again: others may have raised it at their gates. */
  async function look() {
    now = (await hitl.get(request.request_id).catch(() => null))?.shortage_now ?? now;
    show();
  }

  const amount = field(
    "Raise by",
    h("input", {
      type: "text",
      name: "raise_by",
      maxlength: "255",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      placeholder: "2usd",
      value: typed.approve.raise,
      oninput: () => {
        amount.showError("");
        draft.type("approve", { raise: amount.input.value });
      },
    }),
    "Dollars, tokens or working time, such as 2usd. If it is empty, the step tries again with what is left.",
  );
  const comment = textField(
    "Comment (optional)",
    typed.approve.comment,
    (text) => draft.type("approve", { comment: text }),
    { maxLength: COMMENT_LIMIT, rows: 2 },
  );
  show();
  look();
  // The budget of the day is that of all projects.
  const mayRaise = request.shortage?.kind !== "day" || me.may("decide");
  const others = h("p", { class: "soft" }, "Only somebody who approves in all projects raises the budget of the day.");
  const effect = mayRaise
    ? `The ${request.agent_type} continues where it stopped. Nothing that was paid is lost.`
    : `The ${request.agent_type} continues if the budget allows it by now, and asks again if not.`;
  return {
    parts: [state, mayRaise ? amount.element : others, comment.element],
    input: mayRaise ? amount.input : comment.input,
    label: () => mayRaise ? "Raise and continue" : "Try again",
    effect: () => effect,
    showErrors(fields) {
      if (fields.raise_by) amount.showError(fields.raise_by);
      if (fields.raise_by && fields.raise_by !== refused) look();
      refused = fields.raise_by ?? "";
      comment.showError(fields.comment ?? "");
    },
    given() {
      if (mayRaise && amount.showError(budgetProblem(typed.approve.raise))) return null;
      const raised = mayRaise && typed.approve.raise.trim() || undefined;
      const seen = raised && now ? { [now.unit]: now.limit } : undefined;
      return { raise_by: raised, raise_from: seen, comment: typed.approve.comment.trim() || undefined };
    },
  };
}
