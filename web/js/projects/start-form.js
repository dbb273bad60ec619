/** The form that starts a project. What is typed is kept in the draft; see start-dialog.js. */

import { h, icon, write } from "../dom.js";
import { field, submitWithKeys } from "../field.js";
import { sendKeys } from "../keyboard.js";
import { failure } from "../notices.js";
import { Problem, projects } from "../rest.js";
import { capitalised } from "../text.js";
import { BriefField } from "./brief-field.js";
import { StartChoices } from "./start-choices.js";

/** @import { ProjectPublic } from "../api.d.ts" */
/** @import { ProjectDraft } from "./start-dialog.js" */

const SEND = { type: "submit", class: "primary", "data-changes": "", "aria-keyshortcuts": "Control+Enter Meta+Enter" };

export class StartForm {
  #draft;
  #started;
  #signal;
  #brief = new BriefField((name) => this.#briefChanged(name));
  #name = field(
    "Name",
    h("input", {
      type: "text",
      name: "name",
      maxlength: "255",
      required: true,
      autocomplete: "off",
      dir: "auto",
      oninput: () => this.#nameChanged(),
    }),
  );
  #choices;
  #errors = h("div", {});
  #submit = h("button", SEND, "Start project");
  #discard = h("button", { type: "button", class: "quiet", onclick: () => this.#clear() }, "Discard");
  #busy = false;

  /**
   * `started(project)` is called when the project exists, `closed()` when the person wants to leave.
   * @param {ProjectDraft} draft
   * @param {{ started: (project: ProjectPublic) => void, closed: () => void, signal: AbortSignal }} options
   */
  constructor(draft, { started, closed, signal }) {
    this.#draft = draft;
    this.#started = started;
    this.#signal = signal;
    this.#choices = new StartChoices(draft, { changed: () => this.#keep(), signal });
    this.element = this.#build(closed);
    this.fill();
  }

  /** Shows the draft. */
  fill() {
    const { name, description } = this.#draft.values;
    this.#name.input.value = name;
    this.#brief.set(description);
    this.#choices.fill();
    this.#discard.hidden = this.#draft.empty;
  }

  load() {
    return this.#choices.load();
  }

  take = (/** @type {File} */ file) => this.#brief.take(file);

  focus() {
    (this.#name.input.value && !this.#brief.value ? this.#brief : this.#name).input.focus();
  }

  /** @param {() => void} closed */
  #build(closed) {
    const close = { "aria-label": "Close", title: "Close; what you have typed is kept", onclick: closed };
    const form = h(
      "form",
      { class: "start-form", novalidate: true },
      h(
        "header",
        {},
        h("h2", { id: "start-title" }, "Start a project"),
        h("button", { type: "button", class: "quiet icon-button", ...close }, icon("close")),
      ),
      h(
        "div",
        { class: "start-body" },
        h("div", { class: "start-what" }, this.#name.element, this.#brief.element),
        this.#choices.element,
        this.#choices.preview,
      ),
      h(
        "footer",
        {},
        this.#errors,
        this.#discard,
        sendKeys(),
        this.#submit,
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#start();
    });
    submitWithKeys(form);
    return form;
  }

  #nameChanged() {
    // What a person typed is kept; once it is deleted, the brief may propose a name again.
    this.#draft.proposed = this.#name.input.value ? null : "";
    this.#name.showError("");
    this.#keep();
  }

  /** @param {string} name the name that the brief suggests */
  #briefChanged(name) {
    const { input, showError } = this.#name;
    // A proposed name belongs to its brief: a brief that suggests none leaves none.
    if (this.#draft.proposed !== null && input.value === this.#draft.proposed) {
      input.value = this.#draft.proposed = name;
      if (name) showError("");
    }
    this.#keep();
  }

  #keep() {
    this.#errors.replaceChildren(); // about what was sent before
    this.#draft.change(this.#values());
    this.#discard.hidden = this.#draft.empty;
  }

  #values() {
    return { name: this.#name.input.value, description: this.#brief.value, ...this.#choices.values };
  }

  #clear() {
    this.#draft.clear();
    this.clearErrors();
    this.fill();
    this.focus();
  }

  async #start() {
    if (this.#busy) return;
    this.clearErrors();
    const { name, description } = this.#values();
    if (!name.trim()) this.#name.showError("Give the project a name.");
    if (!description.trim()) this.#brief.showError("Say what to deliver, or choose a file that does.");
    if (this.#focusError() || this.#choices.crew.check()) return;
    this.#setBusy(true);
    try {
      const project = await projects.start({ name, description, ...this.#choices.body }, this.#draft.key);
      this.#draft.clear();
      this.#started(project);
    } catch (error) {
      this.#setBusy(false);
      if (!this.#signal.aborted) this.#showProblem(error);
    }
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    this.#submit.setAttribute("aria-disabled", String(busy));
    write(this.#submit, busy ? "Starting…" : "Start project");
  }

  /** @param {unknown} error */
  #showProblem(error) {
    const problem = error instanceof Problem ? error : null;
    this.#name.showError(capitalised(problem?.about("name") ?? ""));
    this.#brief.showError(
      capitalised((problem?.status === 413 ? problem.message : problem?.about("description")) ?? ""),
    );
    if (this.#choices.crew.showProblem(problem) || this.#focusError()) return;
    this.#errors.replaceChildren(failure(error, problem?.temporary ? () => this.#start() : undefined));
  }

  clearErrors() {
    this.#name.showError("");
    this.#brief.showError("");
    this.#choices.crew.showProblem(null);
    this.#errors.replaceChildren();
  }

  /** Focus the first field with an error. Return whether there is one. */
  #focusError() {
    const first = [this.#name, this.#brief].find(({ invalid }) => invalid);
    first?.input.focus();
    return Boolean(first);
  }
}
