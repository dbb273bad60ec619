/** Adding context to a project: a text that agents get with the tasks that name it. */

import { h } from "../dom.js";
import { toast } from "../notices.js";
import { projects } from "../rest.js";
import { blame, formDialog, labelled } from "./form-dialog.js";
import { FormDraft } from "./form-draft.js";

const dialogs = new WeakMap();

export function contextDialog(model) {
  if (!dialogs.has(model)) dialogs.set(model, made(model));
  const dialog = dialogs.get(model);
  document.body.append(dialog);
  dialog.showModal();
}

function made(model) {
  const draft = new FormDraft("context", model.id);
  const name = labelled("context-name", "Name",
    h("input", { type: "text", maxLength: 255, dir: "auto", autocomplete: "off" }),
    "One more under the same name is its next version.");
  const content = labelled("context-content", "Text, in Markdown",
    h("textarea", { rows: 12, dir: "auto", autofocus: true, placeholder: "# House rules\n\n- No cookies." }));
  name.input.value = draft.values.name ?? "context";
  content.input.value = draft.values.content ?? "";
  const texts = { type: "file", accept: "text/*,.md,.txt" };
  const file = h("input", { ...texts, class: "visually-hidden", onchange: () => read() });

  async function read() {
    const [given] = file.files;
    if (!given) return;
    content.input.value = await given.text();
    name.input.value = given.name;
    draft.keep();
    content.input.focus();
  }

  const dialog = formDialog({
    heading: "Add context",
    text: "Agents get it with the tasks that name it. It is no part of the delivery.",
    fields: [name.element, content.element, h("label", { class: "button file-choice" }, file, "Read a text file")],
    required: [[name, "Give it a name."], [content, "Write the text, or read it from a file."]],
    submit: "Add the context",
    send: async () => {
      const given = { type: "user_input", name: name.input.value, content: content.input.value };
      const added = await projects.addContext(model.id, given, draft.keyOf(given));
      toast(`Added as version ${added.version}.`);
      draft.clear();
      dialogs.delete(model);
    },
    refused: (error) => blame({ name, content }, error),
  });
  const typed = () => ({ name: name.input.value, content: content.input.value });
  draft.follow(dialog, () => (content.input.value.trim() ? typed() : null), model.signal);
  return dialog;
}
