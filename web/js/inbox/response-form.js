/** The form for responding: its fields, what it does, and its button. */

import { h, write } from "../dom.js";
import { moveLabel } from "../decisions.js";
import { sendKeys } from "../keyboard.js";
import { pending } from "../pending.js";
import { UNREACHABLE } from "../reach.js";
import { changes } from "./change-request.js";
import { approve, reject } from "./decision-forms.js";
import { edit } from "./edit-form.js";
import { raise } from "./raise.js";
import { respond, responderField, withdraw } from "./responding.js";
import { progress } from "./response-progress.js";

/** @import { Move } from "../labels.js" */
/** @import { ActionForm } from "./decision-forms.js" */
/** @import { Draft } from "./draft.js" */
/** @import { Asked, Entry } from "./entry.js" */
/** @import { RemarkSet } from "./remark-set.js" */

/** @type {Record<Move, (draft: Draft, request: Asked, remarks: RemarkSet) => ActionForm>} */
const FORMS = { approve, changes, edit, reject };

/**
 * The form for a move on `entry`; `close()` closes it.
 * @param {Entry} entry
 * @param {Move} move
 * @param {Asked} request
 * @param {{ remarks: RemarkSet, close: () => void }} options
 */
export function responseForm(entry, move, request, { remarks, close }) {
  const { draft } = entry;
  const make = move === "approve" && request.reason === "budget" ? raise : FORMS[move];
  const actionForm = make(draft, request, remarks);
  const confirm = h("button", { type: "submit", class: move === "reject" ? "primary destructive" : "primary" });
  const cancel = h("button", { type: "button", onclick: close }, "Cancel");
  const state = progress(entry, move);
  const effect = h("p", { class: "effect" });
  const name = moveLabel(request, move);
  const offline = h("p", { class: "loss", id: `offline-${entry.id}`, hidden: true }, UNREACHABLE);
  const dropped = draft.dropped(move);
  // It is an effect of the button, so screen readers read it with the button.
  const loss = dropped ? h("p", { class: "loss", id: `loss-${entry.id}` }, `Your ${dropped} will be discarded.`) : null;
  confirm.setAttribute("aria-describedby", [loss?.id, offline.id].filter(Boolean).join(" "));
  const footer = h("footer", {}, confirm, cancel, responderField(), sendKeys());
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
    h("h3", { class: "form-name" }, name),
    effect,
    loss,
    actionForm.parts,
    state.element,
    offline,
    footer,
  );

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (!entry.open || pending.unreachable) return;
    const given = actionForm.given();
    if (!given) actionForm.input.focus();
    else await respond(entry, move, given);
    if (Object.keys(entry.reply?.fields ?? {}).length && element.isConnected) actionForm.input.focus();
  }

  function update() {
    const sending = entry.reply?.phase === "sending";
    write(confirm, sending ? "Sending…" : actionForm.label());
    write(effect, actionForm.effect());
    // Not `disabled`, which would take the focus from it.
    confirm.setAttribute("aria-disabled", String(!entry.open || pending.unreachable));
    offline.hidden = !pending.unreachable;
    for (const field of element.querySelectorAll("textarea, footer input")) {
      field.toggleAttribute("readonly", !entry.open);
    }
    for (const field of element.querySelectorAll("select, fieldset")) field.toggleAttribute("disabled", !entry.open);
    // Once the request is closed or the response is sent, there are no buttons; what was typed can still be read.
    const done = entry.outcome !== null || entry.reply?.phase === "sent";
    footer.hidden = effect.hidden = done;
    if (loss) loss.hidden = done;
    const fields = (entry.reply?.phase === "failed" && entry.reply.move === move && entry.reply.fields) || {};
    actionForm.showErrors(fields);
    actionForm.update?.();
    state.update();
  }

  actionForm.changed = update;
  update();
  return {
    element,
    update,
    focus: () => (move === "approve" ? confirm : actionForm.input).focus({ preventScroll: true }),
    /** @param {string} id */
    focusRemark: (id) => actionForm.focusRemark?.(id),
  };
}
