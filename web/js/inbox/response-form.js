/** The form of one response: its effect, its fields, and its state once it is sent. */

import { h, write } from "../dom.js";
import { textField } from "../field.js";
import { isUnfinished, title } from "../labels.js";
import { amend } from "./amend.js";
import { raise } from "./raise.js";
import { COMMENT_LIMIT, respond, responderField, withdraw } from "./responding.js";
import { progress } from "./response-progress.js";

/** @import { HitlAction, HitlReason, RequestPublic } from "../api.d.ts" */
/** @import { Draft } from "./draft.js" */
/** @import { Asked, Entry } from "./entry.js" */
/** @import { ActionForm } from "./amend.js" */

/** The labels for approving if there is nothing to approve. @type {Partial<Record<HitlReason, string>>} */
const APPROVE_LABELS = {
  failed_step: "Try again",
  stopped: "Try again",
  budget: "Raise the budget",
  tool_call: "Permit the call",
};

/**
 * The label for approving. A failed step has nothing to approve, so it is tried again.
 * @param {Asked} request
 */
export const approveLabel = (request) => APPROVE_LABELS[request.reason] ?? "Approve";

/**
 * The form for `action` on `entry`; `close()` closes it.
 * @param {Entry} entry
 * @param {HitlAction} action
 * @param {Asked} request
 * @param {() => void} close
 */
export function responseForm(entry, action, request, close) {
  const { draft } = entry;
  /** @type {ActionForm} */
  const actionForm = formFor(action, request)(draft, request);
  const confirm = h("button", { type: "submit", class: action === "reject" ? "primary destructive" : "primary" });
  const cancel = h("button", { type: "button", onclick: close }, "Cancel");
  const state = progress(entry, action);
  const effect = h("p", { class: "effect" });
  const name = { approve: approveLabel(request), amend: "Amend", reject: "Reject" }[action];
  const dropped = draft.dropped(action);
  // It is an effect of the button, so screen readers read it with the button.
  const loss = dropped ? h("p", { class: "loss", id: `loss-${entry.id}` }, `Your ${dropped} will be discarded.`) : null;
  if (loss) confirm.setAttribute("aria-describedby", loss.id);
  const footer = h("footer", {}, confirm, cancel, responderField());
  const element = h(
    "form",
    {
      class: "response-form",
      "aria-label": name,
      noValidate: true,
      onsubmit: submit,
      oninput: () => entry.reply && withdraw(entry),
      onkeydown: (event) => {
        const submits = event.key === "Enter" && (event.ctrlKey || event.metaKey);
        if (event.key === "Escape" || submits) event.preventDefault();
        if (event.key === "Escape") close();
        else if (submits) element.requestSubmit();
      },
    },
    actionForm.choice,
    effect,
    loss,
    actionForm.parts,
    state.element,
    footer,
  );

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (!entry.open) return;
    const given = actionForm.given();
    if (!given) actionForm.input.focus();
    else await respond(entry, action, given);
    if (Object.keys(entry.reply?.fields ?? {}).length && element.isConnected) actionForm.input.focus();
  }

  function update() {
    const sending = entry.reply?.phase === "sending";
    write(confirm, sending ? "Sending…" : actionForm.label());
    write(effect, actionForm.effect());
    // Not `disabled`, which would take the focus from it.
    confirm.setAttribute("aria-disabled", String(!entry.open));
    for (const field of element.querySelectorAll("textarea, footer input")) {
      field.toggleAttribute("readonly", !entry.open);
    }
    for (const field of element.querySelectorAll("select, fieldset")) field.toggleAttribute("disabled", !entry.open);
    // Once the request is closed or the response is sent, there are no buttons; what was typed can still be read.
    const done = entry.outcome !== null || entry.reply?.phase === "sent";
    footer.hidden = effect.hidden = done;
    if (loss) loss.hidden = done;
    const fields = (entry.reply?.phase === "failed" && entry.reply.action === action && entry.reply.fields) || {};
    actionForm.showErrors(fields);
    state.update();
  }

  actionForm.changed = update;
  update();
  return {
    element,
    update,
    focus: () => (action === "approve" ? confirm : actionForm.input).focus({ preventScroll: true }),
  };
}

/**
 * @param {HitlAction} action
 * @param {Asked} request
 */
function formFor(action, request) {
  return action === "approve" && request.reason === "budget" ? raise : { approve, amend, reject }[action];
}

/**
 * @param {Draft} draft
 * @param {Asked} request
 */
function approve(draft, request) {
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
    label: () => (failed ? "Try again" : "Approve and continue"),
    effect: () =>
      failed
        ? `The ${request.agent_type} tries again. It receives your comment as feedback.`
        : `Accepts ${artifactNames(request)} unchanged, and ${then}. This is final.`,
    /** @param {Record<string, string>} fields */
    showErrors(fields) {
      comment.showError(fields.comment ?? "");
    },
    given: () => ({ comment: draft.typed.approve.comment.trim() || undefined }),
  };
}

/**
 * @param {Draft} draft
 * @param {Asked} request
 */
function reject(draft, request) {
  const what = isStandalone(request) ? "task" : "project";
  const comment = textField("Reason", draft.typed.reject.comment, (text) => draft.type("reject", { comment: text }), {
    maxLength: COMMENT_LIMIT,
    required: true,
    hint: "Everyone who follows the project can read it.",
  });
  return {
    parts: [comment.element],
    input: comment.input,
    label: () => `Reject and end the ${what}`,
    effect: () => `The ${what} ends as rejected. Nothing more is done for it. This is final.`,
    /** @param {Record<string, string>} fields */
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

const listing = new Intl.ListFormat("en");
/** @param {Asked} request */
const artifactNames = ({ artifacts }) =>
  listing.format(artifacts.map(({ type }) => `the ${title(type).toLowerCase()}`)) || "the stage's result";
