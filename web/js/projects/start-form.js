/** The form in which a project is started. What is typed lives in the draft; see draft.js. */

import { LEVELS } from "../badges.js";
import { h, icon, write } from "../dom.js";
import { count } from "../labels.js";
import { failure } from "../notices.js";
import { pipelinePreview, PREFERRED } from "../pipeline/preview.js";
import { catalogue, projects } from "../rest.js";
import { BriefField } from "./brief-field.js";
import { choices } from "./choices.js";
import { field } from "./field.js";

const APPLE = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform ?? "");

export class StartForm {
  element;
  #draft; #started; #signal;
  #name; #brief; #pipeline; #oversight; #preview; #trouble; #submit; #discard;
  #known = null;
  #busy = false;

  /** `started(project)` and `closed()` are called when the project is there, and when somebody wants to leave. */
  constructor(draft, { started, closed, signal }) {
    this.#draft = draft;
    this.#started = started;
    this.#signal = signal;
    this.#build(closed);
    this.fill();
  }

  /** Show what the draft has. */
  fill() {
    const { name, description, oversight } = this.#draft.values;
    this.#name.input.value = name;
    this.#brief.set(description);
    this.#oversight.fill(Object.entries(LEVELS).map(([value, level]) => ({ value, ...level })), oversight);
    this.#choosePipeline();
    this.#discard.hidden = this.#draft.empty;
  }

  /** Read what can be chosen; once it is known it stays. */
  async load() {
    if (this.#known) return;
    try {
      const { items } = await catalogue.pipelines({ signal: this.#signal });
      this.#known = items.sort((one, other) => (other.name === PREFERRED) - (one.name === PREFERRED));
    } catch (error) {
      if (!this.#signal.aborted) this.#pipeline.trouble.replaceChildren(failure(error, () => this.load()));
      return;
    }
    this.#pipeline.trouble.replaceChildren();
    this.#choosePipeline();
  }

  take(file) {
    return this.#brief.take(file);
  }

  focus() {
    (this.#name.input.value && !this.#brief.value ? this.#brief : this.#name).input.focus();
  }

  #build(closed) {
    this.#name = field("Name", "name", h("input", { type: "text", name: "name", maxlength: "255", required: true, autocomplete: "off", dir: "auto", oninput: () => this.#named() }));
    this.#brief = new BriefField((name) => this.#briefed(name));
    this.#pipeline = choices("Pipeline", "pipeline");
    this.#oversight = choices("Oversight", "oversight");
    this.#preview = pipelinePreview(this.#signal);
    this.#trouble = h("div", {});
    this.#discard = h("button", { type: "button", class: "quiet", onclick: () => this.#clear() }, "Discard");
    this.#submit = h("button", { type: "submit", class: "primary", "aria-keyshortcuts": "Control+Enter Meta+Enter" }, "Start project");
    this.element = h("form", { class: "start-form", novalidate: true, onsubmit: (event) => { event.preventDefault(); this.#start(); } },
      h("header", {}, h("h2", { id: "start-title" }, "Start a project"),
        h("button", { type: "button", class: "quiet icon-button", "aria-label": "Close", title: "Close; what you have typed is kept", onclick: closed }, icon("close"))),
      h("div", { class: "start-body" },
        h("div", { class: "start-what" }, this.#name.element, this.#brief.element),
        h("div", { class: "start-how", onchange: () => this.#chosen() }, this.#pipeline.element, this.#oversight.element),
        this.#preview.element),
      h("footer", {}, this.#trouble, this.#discard,
        h("span", { class: "faint start-keys", "aria-hidden": "true" }, h("kbd", {}, APPLE ? "⌘" : "Ctrl"), " ", h("kbd", {}, "Enter")), this.#submit));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.element.requestSubmit();
    });
  }

  #named() {
    // A name that somebody wrote is theirs; one that was taken away may be proposed again.
    this.#draft.proposed = this.#name.input.value ? null : "";
    this.#name.say("");
    this.#keep();
  }

  #briefed(name) {
    const { input, say } = this.#name;
    if (name && this.#draft.proposed !== null && input.value === this.#draft.proposed) {
      input.value = this.#draft.proposed = name;
      say("");
    }
    this.#keep();
  }

  #chosen() {
    this.#keep();
    this.#draw();
  }

  #keep() {
    this.#draft.change(this.#values());
    this.#discard.hidden = this.#draft.empty;
  }

  #values() {
    const { pipeline, oversight } = this.element.elements;
    return {
      name: this.#name.input.value, description: this.#brief.value,
      pipeline: pipeline?.value || this.#draft.values.pipeline, oversight: oversight.value,
    };
  }

  #clear() {
    this.#draft.clear();
    this.#clearErrors();
    this.fill();
    this.focus();
  }

  #choosePipeline() {
    if (!this.#known) return;
    const names = this.#known.map(({ name }) => name);
    const chosen = [this.#draft.values.pipeline, PREFERRED, names[0]].find((name) => names.includes(name));
    this.#draft.values.pipeline = chosen;
    this.#pipeline.fill(this.#known.map(({ name, description, stages, gates }) => ({
      value: name, word: name, means: description, aside: `${count(stages.length, "stage")}, ${gates.length ? count(gates.length, "gate") : "no gate"}`,
    })), chosen);
    this.#draw();
  }

  #draw() {
    const { pipeline, oversight } = this.#draft.values;
    if (this.#known) this.#preview.show(pipeline, oversight);
  }

  async #start() {
    if (this.#busy) return;
    this.#clearErrors();
    const { name, description, pipeline, oversight } = this.#values();
    if (!name.trim()) this.#name.say("Give the project a name.");
    if (!description.trim()) this.#brief.say("Say what is to be delivered, or choose a file that does.");
    if (this.#pointOut()) return;
    this.#be(true);
    try {
      const body = { name, description, oversight: oversight || null, ...(pipeline && { pipeline }) };
      const project = await projects.start(body, this.#draft.key);
      this.#draft.clear();
      this.#started(project);
    } catch (error) {
      this.#be(false);
      if (!this.#signal.aborted) this.#refused(error);
    }
  }

  #be(busy) {
    this.#busy = busy;
    this.#submit.setAttribute("aria-disabled", String(busy));
    write(this.#submit, busy ? "Starting…" : "Start project");
  }

  #refused(error) {
    this.#name.say(error.about?.("name") ?? "");
    this.#brief.say(error.status === 413 ? error.message : error.about?.("description") ?? "");
    if (this.#pointOut()) return;
    this.#trouble.replaceChildren(failure(error, error.passing ? () => this.#start() : undefined));
  }

  #clearErrors() {
    this.#name.say("");
    this.#brief.say("");
    this.#trouble.replaceChildren();
  }

  /** Go to the first field with an error; false where there is none. */
  #pointOut() {
    const first = [this.#name, this.#brief].find(({ wrong }) => wrong);
    first?.input.focus();
    return Boolean(first);
  }
}
