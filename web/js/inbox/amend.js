/** What the form to amend holds: a text of one's own, or feedback for another round. */

import { h } from "../dom.js";
import { textField } from "../field.js";
import { editor } from "./editor.js";
import { COMMENT_LIMIT } from "./responding.js";
import { amendable } from "./requests.js";

const WAYS = { content: "Write it yourself", feedback: "Have it done again" };

const made = { content: written, feedback: redone };

/** As response-form.js needs it; `changed` is set there, and called when another way was chosen. */
export function amend(draft, request) {
  const ways = [amendable(request).length && "content", request.may_redo && "feedback"].filter(Boolean);
  if (!ways.includes(draft.amend.way)) draft.amend.way = ways[0];
  const body = h("div", { class: "way" });
  const done = {};
  const way = () => (done[draft.amend.way] ??= made[draft.amend.way](draft, request));
  const show = () => body.replaceChildren(...way().parts);
  show();
  const choose = (one) => {
    draft.type("amend", { way: one });
    show();
    form.changed();
  };
  const form = {
    choice: ways.length > 1 && h("fieldset", { class: "ways" },
      h("legend", { class: "visually-hidden" }, "How to amend"),
      ways.map((one) => h("label", {}, h("input", {
        type: "radio", name: `way-${request.request_id}`, checked: draft.amend.way === one, onchange: () => choose(one),
      }), WAYS[one]))),
    parts: [body],
    get input() {
      return way().input;
    },
    label: () => (draft.amend.way === "content" ? "Amend with this text" : "Ask for another round"),
    effect: () => draft.amend.way === "content"
      ? "Your text becomes the next version, in your name, and is what later stages read."
      : request.reason === "failed_verdict" ? "The work is sent back with your feedback."
        : `The ${request.agent_type} does the stage again with your feedback, and then you are asked again.`,
    blame: (fields) => way().blame(fields),
    given: () => way().given(),
  };
  return form;
}

/** The way of writing it oneself. */
function written(draft, request) {
  const pad = editor(draft, request);
  const comment = textField("Comment (optional)", draft.amend.comment, (text) => draft.type("amend", { comment: text }),
    { maxLength: COMMENT_LIMIT, rows: 2 });
  return {
    parts: [pad.element, comment.element],
    get input() {
      return pad.input;
    },
    blame(fields) {
      if (fields.content) pad.say(fields.content);
      if (fields.comment) comment.say(fields.comment);
    },
    given() {
      const content = pad.given();
      return content && { ...content, comment: draft.amend.comment.trim() || undefined };
    },
  };
}

/** The way of having it done again. */
function redone(draft) {
  const feedback = textField("Feedback", draft.amend.feedback, (text) => draft.type("amend", { feedback: text }),
    { maxLength: COMMENT_LIMIT, required: true, hint: "What should be different the next time?" });
  return {
    parts: [feedback.element], input: feedback.input,
    blame: (fields) => fields.comment && feedback.say(fields.comment),
    given() {
      if (draft.amend.feedback.trim()) return { comment: draft.amend.feedback.trim() };
      feedback.say("Say what should be different.");
      return null;
    },
  };
}
