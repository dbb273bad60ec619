/** The deadline of a request: the time that is left, what happens then, who extended it, and the button that does. */

import { h, write } from "../dom.js";
import { field } from "../field.js";
import { me } from "../me.js";
import { announce, toast } from "../notices.js";
import { formDialog, showFieldErrors } from "../project/form-dialog.js";
import { hitl, Problem } from "../rest.js";
import { uuid } from "../storage.js";
import { visible } from "../text.js";
import "../time-elements.js";
import { atTime } from "../time.js";
import { consequence, EXTENSIONS, urgency, URGENCY_TONES } from "./deadline.js";
import { responder } from "./responding.js";

/** @import { PendingRequest, RequestItem, RequestPublic } from "../api.d.ts" */
/** @typedef {(RequestItem | PendingRequest) & { extensions?: RequestPublic["extensions"] }} Extensible */

/**
 * A paragraph for an open request. `extended(expiresAt)` is called after its deadline was extended from here.
 * @param {Extensible} request
 * @param {{ extended?: (expiresAt: string) => void }} [options]
 */
export function deadlineLine(request, { extended } = {}) {
  const words = h("span", {});
  const history = h("span", { class: "faint" });
  const left = h("time-left", { until: request.expires_at, since: request.created_at });
  const button = h(
    "button",
    { type: "button", class: "quiet extend", onclick: () => extendDialog(shown, change) },
    "Extend …",
  );
  const element = h("p", { class: "deadline soft" }, left, words, history, button);
  let shown = request;

  /** @param {Extensible} next */
  function update(next) {
    shown = next;
    left.hidden = "deadline_held" in next && next.deadline_held;
    left.setAttribute("until", next.expires_at);
    write(words, ` ${consequence(next)} `);
    element.dataset.tone = URGENCY_TONES[urgency(next)];
    button.hidden = urgency(next) === "passed" || !me.may("decide", next.project_id);
    const last = next.extensions?.at(-1);
    write(history, last ? `Extended by ${visible(last.extended_by)} ${atTime(Date.parse(last.extended_at))}. ` : "");
    element.hidden = next.status !== "pending";
  }

  /** @param {string} expiresAt */
  function change(expiresAt) {
    update({ ...shown, expires_at: expiresAt });
    extended?.(expiresAt);
  }

  left.addEventListener("expired", () => update(shown));
  update(request);
  return { element, update };
}

/**
 * Ask how much longer the request may wait.
 * @param {Extensible} request
 * @param {(expiresAt: string) => void} extended
 */
export function extendDialog(request, extended) {
  /** The id of each choice, so that sending it again has no second effect. @type {Map<string, string>} */
  const ids = new Map(EXTENSIONS.map(([, value]) => [value, uuid()]));
  const by = field(
    "Extend by",
    h("select", { autofocus: true }, EXTENSIONS.map(([label, value]) => h("option", { value }, label))),
    `The deadline is ${atTime(Date.parse(request.expires_at))}. Everyone who follows the project sees who extended it.`,
  );
  const dialog = formDialog({
    heading: "Extend the deadline",
    text: consequence(request),
    fields: [by.element],
    required: [],
    submit: "Extend",
    send: async () => {
      const body = { extend_by: by.input.value, was: request.expires_at, extended_by: responder.name };
      const answer = await hitl.extend(request.request_id, { ...body, extension_id: ids.get(by.input.value) });
      const until = atTime(Date.parse(answer.expires_at));
      const done = answer.status === "extended";
      toast(done ? `Extended: the deadline is ${until}.` : "Sent: it takes effect as soon as a worker is available.");
      if (done) announce(`The deadline is ${until}.`);
      if (done) extended(answer.expires_at);
    },
    /** @param {unknown} error */
    showErrors: (error) => {
      const current = error instanceof Problem && error.body.request?.expires_at;
      if (current) extended(current);
      return showFieldErrors({ extend_by: by, expires_at: by }, error);
    },
  });
  document.body.append(dialog);
  dialog.showModal();
  by.input.focus();
}
