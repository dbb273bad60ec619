/** The form that requests changes: what should change as a whole, and the comments on places of the document. */

import { each, h, icon, write } from "../dom.js";
import { field, textField } from "../field.js";
import { moveLabel } from "../decisions.js";
import { sendKeys } from "../keyboard.js";
import { isUnfinished, title } from "../labels.js";
import { toast } from "../notices.js";
import { capitalised } from "../text.js";
import { changeRequest } from "./remarks.js";
import { redoChoices } from "./requests.js";
import { COMMENT_LIMIT } from "./responding.js";

/** @import { ActionForm } from "./decision-forms.js" */
/** @import { Draft } from "./draft.js" */
/** @import { Asked } from "./entry.js" */
/** @import { RemarkSet } from "./remark-set.js" */
/** @import { Remark } from "./remarks.js" */

/**
 * The earlier step that was chosen, or undefined for the one that the review would choose.
 * @param {Draft} draft
 * @param {Asked} request
 */
const redo = (draft, request) => redoChoices(request).slice(1).find((stage) => stage === draft.typed.changes.redo);

/**
 * @param {Draft} draft
 * @param {Asked} request
 * @param {RemarkSet} remarks
 * @returns {ActionForm}
 */
export function changes(draft, request, remarks) {
  const advice = isUnfinished(request);
  const feedback = textField(
    advice ? "Advice" : "What should change?",
    draft.typed.changes.feedback,
    (text) => draft.type("changes", { feedback: text }),
    { maxLength: COMMENT_LIMIT, rows: 4 },
  );
  const list = remarkList(remarks);
  const step = stepField(draft, request, () => form.changed?.());
  /** @type {ActionForm} */
  const form = {
    parts: step ? [feedback.element, list.element, step.element] : [feedback.element, list.element],
    input: feedback.input,
    label: () => moveLabel(request, "changes"),
    effect: () => effect(request, redo(draft, request)),
    showErrors(fields) {
      if (fields.comment) feedback.showError(fields.comment);
      if (fields.redo) step?.showError(fields.redo);
    },
    given() {
      const comment = changeRequest(draft.typed.changes.feedback, remarks.all);
      if (comment && comment.length <= COMMENT_LIMIT) return { comment, redo: redo(draft, request) };
      const tooLong = `It is too long with its comments: ${comment.length} of ${COMMENT_LIMIT} characters.`;
      feedback.showError(comment ? tooLong : advice ? "Say what to do differently." : "Say what should change.");
      return null;
    },
    update: list.update,
    focusRemark: list.focus,
  };
  return form;
}

/**
 * @param {Asked} request
 * @param {string | undefined} stage the earlier step that was chosen
 */
function effect(request, stage) {
  if (stage) return `The step ${stage} is repeated with your words, and then every step that depends on it.`;
  if (request.reason === "tool_call") return "The call is not made. The step continues with your reason.";
  if (request.reason === "failed_verdict") return "The work goes back with your words.";
  const again = isUnfinished(request) ? "tries the step again" : "writes a new version";
  // Another reason may not occur again: then nobody is asked.
  const then = request.reason === "review" ? ", and then you are asked again" : "";
  return `${title(request.agent_type)} ${again} with your words${then}.`;
}

/**
 * The field for the step to repeat, or null if there is no choice.
 * @param {Draft} draft
 * @param {Asked} request
 * @param {() => void} changed
 */
function stepField(draft, request, changed) {
  const [standard, ...earlier] = redoChoices(request);
  if (!earlier.length) return null;
  const onchange = () => {
    draft.type("changes", { redo: step.input.value || null });
    changed();
  };
  const step = field(
    "Step to repeat",
    h(
      "select",
      { onchange },
      h("option", { value: "" }, standard),
      earlier.map((name) => h("option", { value: name }, name)),
    ),
  );
  step.input.value = redo(draft, request) ?? "";
  return step;
}

/** @param {RemarkSet} remarks */
function remarkList(remarks) {
  const heading = h("h4", {});
  const rows = h("ol", { class: "remarks" });
  const element = h("section", { class: "remark-list", "aria-label": "Comments on the document" }, heading, rows);

  function update() {
    const { all } = remarks;
    element.hidden = all.length === 0;
    write(heading, `On the document (${all.length})`);
    each(rows, all, ({ id }) => id, (remark) => row(remark, remarks), (item, { text }) => {
      const input = item.querySelector("textarea");
      if (input && input.value !== text) input.value = text;
    });
  }

  update();
  return {
    element,
    update,
    /** @param {string} id */
    focus: (id) => /** @type {HTMLElement | null} */ (rows.querySelector(`[data-remark="${id}"] textarea`))?.focus(),
  };
}

/**
 * @param {Remark} remark
 * @param {RemarkSet} remarks
 */
function row(remark, remarks) {
  const comment = textField(`Comment on ${remark.location}`, remark.text, (text) => remarks.write(remark.id, text), {
    rows: 2,
    maxLength: COMMENT_LIMIT,
  });
  comment.element.querySelector("label")?.classList.add("visually-hidden");
  const remove = () => {
    const restore = remarks.remove(remark.id);
    toast("The comment was removed.", { label: "Undo", run: restore });
  };
  // In a comment, these keys keep it; in the field for the whole, they send.
  const keep = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    if (comment.input.value.trim()) remarks.keep(remark);
    else comment.showError("Say what is wrong with it.");
  };
  return h(
    "li",
    { class: "remark", dataset: { remark: remark.id }, onkeydown: keep },
    h(
      "button",
      { type: "button", class: "remark-place", onclick: () => remarks.jump(remark) },
      capitalised(remark.location),
    ),
    h(
      "button",
      {
        type: "button",
        class: "quiet remark-remove",
        "aria-label": `Remove the comment on ${remark.location}`,
        onclick: remove,
      },
      icon("close", { width: 12, height: 12 }),
    ),
    h("blockquote", { class: "remark-quote", dir: "auto" }, remark.quote),
    comment.element,
    h("p", { class: "remark-keys", "aria-hidden": "true" }, sendKeys(), " keeps the comment"),
  );
}
