/** The form that edits the document and approves the result. */

import { moveLabel } from "../decisions.js";
import { textField } from "../field.js";
import { isUnfinished } from "../labels.js";
import { editor } from "./editor.js";
import { COMMENT_LIMIT } from "./responding.js";

/** @import { ActionForm } from "./decision-forms.js" */
/** @import { Draft } from "./draft.js" */
/** @import { Asked } from "./entry.js" */

/**
 * @param {Draft} draft
 * @param {Asked} request
 * @returns {ActionForm}
 */
export function edit(draft, request) {
  const contentEditor = editor(draft, request);
  const comment = textField(
    "Comment (optional)",
    draft.typed.edit.comment,
    (text) => draft.type("edit", { comment: text }),
    { maxLength: COMMENT_LIMIT, rows: 2 },
  );
  return {
    parts: [contentEditor.element, comment.element],
    get input() {
      return contentEditor.input;
    },
    label: () => moveLabel(request, "edit"),
    effect: () =>
      isUnfinished(request)
        ? "What you write is the result of this step, under your name. Later steps read it. This is final."
        : "You are editing the document itself. Your text becomes the next version, is approved, and is what later " +
          "steps read.",
    showErrors(fields) {
      if (fields.content) contentEditor.showError(fields.content);
      if (fields.comment) comment.showError(fields.comment);
    },
    given() {
      const content = contentEditor.given();
      return content && { ...content, comment: draft.typed.edit.comment.trim() || undefined };
    },
  };
}
