/** The form for amending: a new text, or feedback for another round. */

import { h } from "../dom.js";
import { field, textField } from "../field.js";
import { editor } from "./editor.js";
import { COMMENT_LIMIT } from "./responding.js";
import { amendable, redoChoices } from "./requests.js";

/** @import { ResponseCreate } from "../api.d.ts" */
/** @import { Draft, Way } from "./draft.js" */
/** @import { Child } from "../elements.d.ts" */
/** @import { Asked } from "./entry.js" */

/** @typedef {Partial<Pick<ResponseCreate, "artifact_id" | "content" | "comment" | "redo">>} Given what a form provides of a response */

/**
 * What the form for one action provides.
 * @typedef {object} ActionForm
 * @property {Child} [choice]
 * @property {HTMLElement[]} parts
 * @property {{ focus(options?: FocusOptions): void }} input
 * @property {() => string} label of the button
 * @property {() => string} effect
 * @property {(fields: Record<string, string>) => void} showErrors shows the errors of fields
 * @property {() => Given | null} given null if something is missing, which is then shown
 * @property {() => void} [changed] called when another way to amend, or another stage, was chosen
 */

/** @type {Record<Way, string>} */
const WAYS = { content: "Write it yourself", feedback: "Have it redone" };

const FORMS = { content: contentForm, feedback: feedbackForm };

/**
 * The form for amending.
 * @param {Draft} draft
 * @param {Asked} request
 */
export function amend(draft, request) {
  /** @type {Way[]} */
  const ways = [];
  if (amendable(request).length) ways.push("content");
  if (request.may_redo) ways.push("feedback");
  const current = () => ways.find((way) => way === draft.typed.amend.way) ?? ways[0];
  draft.typed.amend.way = current();
  const body = h("div", { class: "way" });
  /** @type {Partial<Record<Way, Pick<ActionForm, "parts" | "input" | "showErrors" | "given">>>} */
  const forms = {};
  const wayForm = () => (forms[current()] ??= FORMS[current()](draft, request, () => form.changed?.()));
  const show = () => body.replaceChildren(...wayForm().parts);
  show();
  /** @param {Way} way */
  const choose = (way) => {
    draft.type("amend", { way });
    show();
    form.changed?.();
  };
  /** @type {ActionForm} */
  const form = {
    choice: ways.length > 1 &&
      h(
        "fieldset",
        { class: "ways" },
        h("legend", { class: "visually-hidden" }, "How to amend"),
        ways.map((way) =>
          h(
            "label",
            {},
            h("input", {
              type: "radio",
              name: `way-${request.request_id}`,
              checked: draft.typed.amend.way === way,
              onchange: () => choose(way),
            }),
            WAYS[way],
          )
        ),
      ),
    parts: [body],
    get input() {
      return wayForm().input;
    },
    label: () => (draft.typed.amend.way === "content" ? "Amend with this text" : "Ask for another round"),
    effect: () =>
      draft.typed.amend.way === "content"
        ? "Your text becomes the next version, in your name, and is what later stages read."
        : redo(draft, request)
        ? `The stage ${redo(draft, request)} runs again with your feedback, and then every stage that depends on it.`
        : request.reason === "failed_verdict"
        ? "The work is sent back with your feedback."
        : `The ${request.agent_type} does the stage again with your feedback, and then you are asked again.`,
    /** @param {Record<string, string>} fields */
    showErrors: (fields) => wayForm().showErrors(fields),
    given: () => wayForm().given(),
  };
  return form;
}

/**
 * Amend by writing the new content.
 * @param {Draft} draft
 * @param {Asked} request
 */
function contentForm(draft, request) {
  const contentEditor = editor(draft, request);
  const comment = textField(
    "Comment (optional)",
    draft.typed.amend.comment,
    (text) => draft.type("amend", { comment: text }),
    { maxLength: COMMENT_LIMIT, rows: 2 },
  );
  return {
    parts: [contentEditor.element, comment.element],
    get input() {
      return contentEditor.input;
    },
    /** @param {Record<string, string>} fields */
    showErrors(fields) {
      if (fields.content) contentEditor.showError(fields.content);
      if (fields.comment) comment.showError(fields.comment);
    },
    given() {
      const content = contentEditor.given();
      return content && { ...content, comment: draft.typed.amend.comment.trim() || undefined };
    },
  };
}

/**
 * The earlier stage that was chosen, or undefined for the one that the gate would choose.
 * @param {Draft} draft
 * @param {Asked} request
 */
const redo = (draft, request) => redoChoices(request).slice(1).find((stage) => stage === draft.typed.amend.redo);

/**
 * Amend by asking for another round, of this stage or of an earlier one.
 * @param {Draft} draft
 * @param {Asked} request
 * @param {() => void} changed
 */
function feedbackForm(draft, request, changed) {
  const feedback = textField(
    "Feedback",
    draft.typed.amend.feedback,
    (text) => draft.type("amend", { feedback: text }),
    { maxLength: COMMENT_LIMIT, required: true, hint: "What should be different the next time?" },
  );
  const [standard, ...earlier] = redoChoices(request);
  const onchange = () => {
    draft.type("amend", { redo: stage.input.value || null });
    changed();
  };
  const stage = field(
    "Stage to do again",
    h(
      "select",
      { onchange },
      h("option", { value: "" }, standard),
      earlier.map((name) => h("option", { value: name }, name)),
    ),
  );
  stage.input.value = redo(draft, request) ?? "";
  return {
    parts: earlier.length ? [feedback.element, stage.element] : [feedback.element],
    input: feedback.input,
    /** @param {Record<string, string>} fields */
    showErrors(fields) {
      if (fields.comment) feedback.showError(fields.comment);
      if (fields.redo) stage.showError(fields.redo);
    },
    given() {
      const comment = draft.typed.amend.feedback.trim();
      if (comment) return { comment, redo: redo(draft, request) };
      feedback.showError("Say what should be different.");
      return null;
    },
  };
}
