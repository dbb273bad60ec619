/** The forms that approve a request, or reject it and end the project; and what every form provides. */

import { moveLabel } from "../decisions.js";
import { textField } from "../field.js";
import { isUnfinished, title } from "../labels.js";
import { joined } from "../text.js";
import { COMMENT_LIMIT } from "./responding.js";

/** @import { ResponseCreate } from "../api.d.ts" */
/** @import { Draft } from "./draft.js" */
/** @import { Asked } from "./entry.js" */

/**
 * @typedef {Partial<Pick<ResponseCreate, "artifact_id" | "content" | "comment" | "redo" | "raise_by">>} Given
 * what a form provides of a response
 */

/**
 * What the form for one move provides.
 * @typedef {object} ActionForm
 * @property {HTMLElement[]} parts
 * @property {{ focus(options?: FocusOptions): void }} input
 * @property {() => string} label of the button
 * @property {() => string} effect
 * @property {(fields: Record<string, string>) => void} showErrors shows the errors of fields
 * @property {() => Given | null} given null if something is missing, which is then shown
 * @property {() => void} [changed] called when another step was chosen
 * @property {() => void} [update] paints what else may have changed
 * @property {(id: string) => void} [focusRemark]
 */

/**
 * @param {Draft} draft
 * @param {Asked} request
 * @returns {ActionForm}
 */
export function approve(draft, request) {
  const failed = isUnfinished(request);
  const then = isStandalone(request) ? "the task is done" : "the project continues";
  const comment = textField(
    "Comment (optional)",
    draft.typed.approve.comment,
    (text) => draft.type("approve", { comment: text }),
    { maxLength: COMMENT_LIMIT, rows: 2 },
  );
  return {
    parts: [comment.element],
    input: comment.input,
    label: () => moveLabel(request, "approve"),
    effect: () =>
      request.reason === "tool_call"
        ? "This one call is made, and the step continues."
        : failed
        ? `${title(request.agent_type)} tries again, and reads your comment.`
        : `Accepts ${artifactNames(request)} unchanged, and ${then}. This is final.`,
    showErrors(fields) {
      comment.showError(fields.comment ?? "");
    },
    given: () => ({ comment: draft.typed.approve.comment.trim() || undefined }),
  };
}

/**
 * @param {Draft} draft
 * @param {Asked} request
 * @returns {ActionForm}
 */
export function reject(draft, request) {
  const what = isStandalone(request) ? "task" : "project";
  const comment = textField("Reason", draft.typed.reject.comment, (text) => draft.type("reject", { comment: text }), {
    maxLength: COMMENT_LIMIT,
    required: true,
    hint: "Everyone who follows the project can read it.",
  });
  return {
    parts: [comment.element],
    input: comment.input,
    label: () => moveLabel(request, "reject"),
    effect: () => `The ${what} ends as rejected. Nothing more is done for it. This is final.`,
    showErrors(fields) {
      if (fields.comment) comment.showError(fields.comment);
    },
    given() {
      if (draft.typed.reject.comment.trim()) return { comment: draft.typed.reject.comment.trim() };
      comment.showError("Say why: a rejection needs a reason.");
      return null;
    },
  };
}

/**
 * Whether a request belongs to a task outside the pipeline, whose end does not end the project.
 * @param {Asked} request
 */
const isStandalone = (request) => Boolean(request.task?.standalone_task_id);

/** @param {Asked} request */
const artifactNames = ({ artifacts }) =>
  joined(artifacts.map(({ type }) => `the ${title(type).toLowerCase()}`)) || "the step's result";
