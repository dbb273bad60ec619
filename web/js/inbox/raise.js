/** The form that approves an exhausted budget: by how much it is raised. */

import { h } from "../dom.js";
import { field, textField } from "../field.js";
import { budgetProblem } from "../usage.js";
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
  return {
    parts: [amount.element, comment.element],
    input: amount.input,
    label: () => "Raise and continue",
    effect: () => `The ${request.agent_type} continues where it stopped. Nothing that was paid is lost.`,
    showErrors(fields) {
      if (fields.raise_by) amount.showError(fields.raise_by);
      comment.showError(fields.comment ?? "");
    },
    given() {
      if (amount.showError(budgetProblem(typed.approve.raise))) return null;
      return { raise_by: typed.approve.raise.trim() || undefined, comment: typed.approve.comment.trim() || undefined };
    },
  };
}
