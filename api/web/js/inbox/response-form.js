/** The form of one response: what it does, what it needs, and how far it is when it was sent. */

import { h, write } from "../dom.js";
import { title } from "../words.js";
import { amendable } from "./amendable.js";
import { editor } from "./editor.js";
import { textField } from "./field.js";
import { progress } from "./progress.js";
import { responderField } from "./responder.js";
import { respond, withdraw } from "./responding.js";

const COMMENT_MOST = 10_000;

/** The word for approving: a step that failed has nothing to approve, so it is tried again. */
export const approval = (request) => (request.reason === "failed_step" ? "Try again" : "Approve");

/** `{element, focus, update}` for `action` on `entry`; `request` is the whole one, `close` puts the form away. */
export function responseForm(entry, action, request, close) {
  const { draft } = entry;
  const kind = { approve, amend, reject }[action](draft, request);
  const confirm = h("button", { type: "submit", class: action === "reject" ? "primary destructive" : "primary" });
  const cancel = h("button", { type: "button", onclick: close }, "Cancel");
  const state = progress(entry, action);
  const effect = h("p", { class: "effect" });
  const name = { approve: approval(request), amend: "Amend", reject: "Reject" }[action];
  const footer = h("footer", {}, confirm, cancel, responderField());
  const element = h("form", {
    class: "response-form", "aria-label": name, noValidate: true, onsubmit: submit, oninput: () => entry.reply && withdraw(entry),
    onkeydown: (event) => {
      if (event.key === "Escape") { event.preventDefault(); close(); }
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); element.requestSubmit(); }
    },
  }, kind.choice, effect, kind.parts, state.element, footer);

  async function submit(event) {
    event.preventDefault();
    if (!entry.open) return;
    const given = kind.given();
    if (!given) kind.input.focus();
    else await respond(entry, action, given);
    if (Object.keys(entry.reply?.fields ?? {}).length && element.isConnected) kind.input.focus();
  }

  function update() {
    const sending = entry.reply?.phase === "sending";
    write(confirm, sending ? "Sending…" : kind.label());
    write(effect, kind.effect());
    // Disabled for real it would lose the focus.
    confirm.setAttribute("aria-disabled", String(!entry.open));
    for (const one of element.querySelectorAll("textarea, footer input")) one.readOnly = !entry.open;
    for (const one of element.querySelectorAll("select, fieldset")) one.disabled = !entry.open;
    // What is over, or out of one's hands, has nothing left to press; what was typed can still be read.
    footer.hidden = effect.hidden = entry.closure !== null || entry.reply?.phase === "sent";
    const fields = (entry.reply?.phase === "failed" && entry.reply.action === action && entry.reply.fields) || {};
    kind.blame(fields);
    state.update();
  }

  kind.changed = update;
  update();
  return { element, update, focus: () => (action === "approve" ? confirm : kind.input).focus({ preventScroll: true }) };
}

function approve(draft, request) {
  const failed = request.reason === "failed_step";
  const comment = textField("Comment (optional)", draft.approve.comment, (text) => draft.type("approve", { comment: text }), { maxLength: COMMENT_MOST, rows: 2 });
  return {
    parts: [comment.element], input: comment.input,
    label: () => (failed ? "Try the stage again" : "Approve and go on"),
    effect: () => failed
      ? `The ${request.agent_type} does the stage once more. A comment is given to it as feedback.`
      : `Accepts ${names(request)} unchanged, and the project goes on. This is final.`,
    blame: (fields) => comment.say(fields.comment ?? ""),
    given: () => ({ comment: draft.approve.comment.trim() || undefined }),
  };
}

function reject(draft) {
  const comment = textField("Reason", draft.reject.comment, (text) => draft.type("reject", { comment: text }), {
    maxLength: COMMENT_MOST, required: true, hint: "Everybody who follows the project will read it.",
  });
  return {
    parts: [comment.element], input: comment.input,
    label: () => "Reject and end the project",
    effect: () => "The project ends as rejected. Nothing more is done for it. This is final.",
    blame: (fields) => fields.comment && comment.say(fields.comment),
    given() {
      if (draft.reject.comment.trim()) return { comment: draft.reject.comment.trim() };
      comment.say("Say why: a rejection needs a reason.");
      return null;
    },
  };
}

const WAYS = { content: "Write it yourself", feedback: "Have it done again" };

function amend(draft, request) {
  const ways = [amendable(request).length && "content", request.may_redo && "feedback"].filter(Boolean);
  if (!ways.includes(draft.amend.way)) draft.amend.way = ways[0];
  const made = {
    content() {
      const pad = editor(draft, request);
      const comment = textField("Comment (optional)", draft.amend.comment, (text) => draft.type("amend", { comment: text }), { maxLength: COMMENT_MOST, rows: 2 });
      const given = () => {
        const content = pad.given();
        return content && { ...content, comment: draft.amend.comment.trim() || undefined };
      };
      const blame = (fields) => { fields.content && pad.say(fields.content); fields.comment && comment.say(fields.comment); };
      return { parts: [pad.element, comment.element], get input() { return pad.input; }, given, blame };
    },
    feedback() {
      const feedback = textField("Feedback", draft.amend.feedback, (text) => draft.type("amend", { feedback: text }), { maxLength: COMMENT_MOST, required: true, hint: "What should be different the next time?" });
      const given = () => {
        if (draft.amend.feedback.trim()) return { comment: draft.amend.feedback.trim() };
        feedback.say("Say what should be different.");
        return null;
      };
      return { parts: [feedback.element], input: feedback.input, given, blame: (fields) => fields.comment && feedback.say(fields.comment) };
    },
  };
  const body = h("div", { class: "way" });
  const done = {};
  const way = () => (done[draft.amend.way] ??= made[draft.amend.way]());
  const show = () => body.replaceChildren(...way().parts);
  show();
  const form = {
    choice: ways.length > 1 && h("fieldset", { class: "ways" }, h("legend", { class: "visually-hidden" }, "How to amend"), ways.map((one) => h("label", {},
      h("input", { type: "radio", name: `way-${request.request_id}`, checked: draft.amend.way === one, onchange: () => { draft.type("amend", { way: one }); show(); form.changed(); } }), WAYS[one]))),
    parts: [body],
    get input() {
      return way().input;
    },
    label: () => (draft.amend.way === "content" ? "Amend with this text" : "Ask for another round"),
    effect: () => draft.amend.way === "content"
      ? "Your text becomes the next version, in your name, and is what later stages read."
      : request.reason === "failed_verdict" ? "The work is sent back with your feedback." : `The ${request.agent_type} does the stage again with your feedback, and then you are asked again.`,
    blame: (fields) => way().blame(fields),
    given: () => way().given(),
  };
  return form;
}

const listing = new Intl.ListFormat("en");
const names = ({ artifacts }) => listing.format(artifacts.map((one) => `the ${title(one.type).toLowerCase()}`)) || "what the stage did";
