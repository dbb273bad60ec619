/** The form in which a project is started. What is typed lives in the draft; see draft.js. */

import { h, icon, write } from "../dom.js";
import { failure } from "../notices.js";
import { catalogue, projects } from "../rest.js";
import { bytes, count } from "../words.js";
import { nameFrom, sizeOf } from "./brief.js";
import { ACCEPT, readBrief, takesFiles } from "./brief-drop.js";
import { choices } from "./choices.js";
import { EXAMPLE } from "./example.js";
import { LEVELS } from "./oversight.js";
import { pipelinePreview } from "./pipeline-preview.js";

const PREFERRED = "software-delivery";
const MEASURE_AFTER = 200; // ms
const APPLE = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform ?? "");

export class StartForm {
  element;
  #draft; #started; #signal;
  #fields; #pipeline; #oversight; #preview; #trouble; #size; #fileNote; #submit; #discard; #example;
  #known = null;
  #busy = false;
  #clock;

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
    this.#fields.name.input.value = name;
    this.#fields.description.input.value = description;
    this.#oversight.fill(Object.entries(LEVELS).map(([value, level]) => ({ value, ...level })), oversight);
    this.#choosePipeline();
    this.#measure();
    this.#mind();
  }

  /** Read what can be chosen; once it is known it stays. */
  async load() {
    if (this.#known) return;
    try {
      this.#known = (await catalogue.pipelines({ signal: this.#signal })).items;
    } catch (error) {
      if (!this.#signal.aborted) this.#pipeline.element.append(this.#noPipelines(error));
      return;
    }
    this.#pipeline.element.querySelector(".notice")?.remove();
    this.#choosePipeline();
  }

  #noPipelines(error) {
    const notice = failure(error, () => { notice.remove(); this.load(); });
    return notice;
  }

  focus() {
    const { name, description } = this.#fields;
    (name.input.value && !description.input.value ? description : name).input.focus();
  }

  #build(closed) {
    const name = field("Name", "name", h("input", { type: "text", name: "name", maxlength: "255", required: true, autocomplete: "off", dir: "auto" }));
    const description = field("Brief", "description", h("textarea", { name: "description", required: true, dir: "auto", rows: "12",
      placeholder: "# What is wanted\n\nFor whom, and why.\n\n## Requirements\n\n- One thing that can be tested\n- Another" }),
    "In Markdown: what is wanted, for whom, and a list of requirements that can be tested.");
    this.#fields = { name, description };
    this.#size = h("span", { class: "numbers faint" });
    this.#fileNote = h("span", { class: "brief-file", role: "status" });
    const chooser = h("input", { type: "file", accept: ACCEPT, hidden: true, "aria-label": "Brief from a file", onchange: () => {
      if (chooser.files[0]) this.#take(chooser.files[0]);
      chooser.value = "";
    } });
    this.#example = h("button", { type: "button", class: "quiet", onclick: () => this.#use(EXAMPLE) }, "Use an example");
    description.element.append(h("div", { class: "brief-foot" },
      h("button", { type: "button", onclick: () => chooser.click() }, icon("file"), "Choose a file"), chooser, this.#example,
      h("span", { class: "faint brief-hint" }, "or drop one here"), this.#fileNote, this.#size));

    this.#pipeline = choices("Pipeline", "pipeline");
    this.#oversight = choices("Oversight", "oversight");
    this.#preview = pipelinePreview(this.#signal);
    this.#trouble = h("div", {});
    this.#discard = h("button", { type: "button", class: "quiet", onclick: () => { this.#draft.clear(); this.#clearErrors(); this.fill(); write(this.#fileNote, ""); this.focus(); } }, "Discard");
    this.#submit = h("button", { type: "submit", class: "primary", "aria-keyshortcuts": "Control+Enter Meta+Enter" }, "Start project");

    this.element = h("form", { class: "start-form", novalidate: true },
      h("header", {}, h("h2", { id: "start-title" }, "Start a project"),
        h("button", { type: "button", class: "quiet icon-button", "aria-label": "Close", title: "Close; what you have typed is kept", onclick: closed }, icon("close", { width: 16, height: 16 }))),
      h("div", { class: "start-body" },
        h("div", { class: "start-what" }, name.element, description.element),
        h("div", { class: "start-how" }, this.#pipeline.element, this.#oversight.element),
        this.#preview.element),
      h("footer", {}, this.#trouble, this.#discard,
        h("span", { class: "faint start-keys", "aria-hidden": "true" }, h("kbd", {}, APPLE ? "⌘" : "Ctrl"), " ", h("kbd", {}, "Enter")), this.#submit));
    this.element.addEventListener("input", (event) => this.#typed(event.target));
    this.element.addEventListener("submit", (event) => { event.preventDefault(); this.#start(); });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.element.requestSubmit();
    });
    takesFiles(this.element, (file) => this.#take(file));
  }

  #typed(target) {
    if (target.type === "file") return;
    const { name, description } = this.#fields;
    if (target === name.input) this.#draft.proposed = name.input.value ? null : "";
    if (target === description.input) this.#propose(nameFrom(description.input.value));
    this.#fields[target.name]?.say("");
    this.#draft.change(this.#values());
    if (target.type === "radio") this.#draw();
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => this.#measure(), MEASURE_AFTER);
    this.#mind();
  }

  #values() {
    const { name, description, pipeline, oversight } = this.element.elements;
    return {
      name: name.value, description: description.value,
      pipeline: pipeline?.value || this.#draft.values.pipeline, oversight: oversight.value,
    };
  }

  /** Propose a name, unless a person wrote one. */
  #propose(text) {
    const { input, say } = this.#fields.name;
    if (this.#draft.proposed === null || !text || input.value !== this.#draft.proposed) return;
    input.value = text;
    this.#draft.proposed = text;
    say("");
  }

  async #take(file) {
    const { description } = this.#fields;
    try {
      const { text, name } = await readBrief(file);
      this.#use({ description: text, name: nameFrom(text) || name }, `From ${file.name}.`);
    } catch (error) {
      description.say(error.message);
    }
  }

  #use({ name, description }, words = "") {
    const before = this.#fields.description.input.value;
    this.#fields.description.input.value = description;
    this.#fields.description.say("");
    this.#propose(name);
    this.#draft.change(this.#values());
    this.#measure();
    this.#mind();
    this.#fileNote.replaceChildren(h("span", { class: "cut", dir: "auto" }, words));
    if (before.trim() && before !== description) {
      this.#fileNote.append(h("button", { type: "button", class: "quiet", onclick: () => this.#use({ name: nameFrom(before), description: before }) }, "Put back what was there"));
    }
    this.#fields.description.input.focus();
  }

  #choosePipeline() {
    if (!this.#known) return;
    this.#known.sort((one, other) => (other.name === PREFERRED) - (one.name === PREFERRED));
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

  #measure() {
    const { value } = this.#fields.description.input;
    write(this.#size, value ? bytes(sizeOf(value)) : "");
  }

  #mind() {
    this.#discard.hidden = this.#draft.empty;
    this.#example.hidden = Boolean(this.#fields.description.input.value);
  }

  #clearErrors() {
    for (const one of Object.values(this.#fields)) one.say("");
    this.#trouble.replaceChildren();
  }

  async #start() {
    if (this.#busy) return;
    this.#clearErrors();
    const { name, description, pipeline, oversight } = this.#values();
    if (!name.trim()) this.#fields.name.say("Give the project a name.");
    if (!description.trim()) this.#fields.description.say("Say what is to be delivered, or choose a file that does.");
    if (this.#pointOut()) return;
    this.#setBusy(true);
    try {
      const body = { name, description, oversight: oversight || null, ...(pipeline && { pipeline }) };
      const project = await projects.start(body, this.#draft.key);
      this.#draft.clear();
      this.#started(project);
    } catch (error) {
      this.#setBusy(false);
      if (!this.#signal.aborted) this.#refused(error);
    }
  }

  #setBusy(busy) {
    this.#busy = busy;
    this.#submit.setAttribute("aria-disabled", String(busy));
    write(this.#submit, busy ? "Starting…" : "Start project");
  }

  #refused(error) {
    const { name, description } = this.#fields;
    name.say(error.about?.("name") ?? "");
    description.say(error.status === 413 ? error.message : error.about?.("description") ?? "");
    if (this.#pointOut()) return;
    this.#trouble.replaceChildren(failure(error, error.passing ? () => this.#start() : undefined));
  }

  /** Go to the first field with an error; false where there is none. */
  #pointOut() {
    const first = Object.values(this.#fields).find(({ input }) => input.getAttribute("aria-invalid") === "true");
    first?.input.focus();
    return Boolean(first);
  }
}

/** A labelled input with its hint and its error. */
function field(label, id, input, hint) {
  const error = h("span", { class: "field-error", id: `start-${id}-error`, role: "alert" });
  const note = hint && h("span", { class: "faint", id: `start-${id}-hint` }, hint);
  input.id = `start-${id}`;
  input.setAttribute("aria-describedby", [note?.id, error.id].filter(Boolean).join(" "));
  return {
    input,
    element: h("div", { class: "field" }, h("label", { for: input.id }, label), note, input, error),
    say(text) {
      const sentence = text && text.charAt(0).toUpperCase() + text.slice(1);
      write(error, sentence);
      if (sentence) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
}
