/** The choice of who does the work of a new project: a crew, and the model that it asks. */

import { chosenCrew, crewBody, modelProblem, summaryOf } from "../crew.js";
import { h, write } from "../dom.js";
import { field, radioGroup } from "../field.js";
import { title } from "../labels.js";
import { failure } from "../notices.js";
import { catalogue } from "../rest.js";
import { capitalised, visible } from "../text.js";
import { budgetProblem } from "../usage.js";

/** @import { ProviderPublic } from "../api.d.ts" */
/** @import { Problem } from "../rest.js" */
/** @import { ProjectDraft } from "./start-dialog.js" */

export class CrewChoice {
  #draft;
  #changed;
  #signal;
  #crews = radioGroup("Crew", "crew");
  #model = field(
    "Model",
    h("input", {
      type: "text",
      name: "model",
      maxlength: "255",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      oninput: () => this.#typed(),
    }),
    "As provider:model. If it is empty, the server's default is used.",
  );
  #budget = field(
    "Budget",
    h("input", {
      type: "text",
      name: "budget",
      maxlength: "255",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      placeholder: "2usd",
      oninput: () => this.#typed(),
    }),
    "What it may use: dollars, tokens, working time, such as 2usd,500ktok,2h. If it is empty, the default is used.",
  );
  #error = h("p", { class: "field-error", id: "crew-error" });
  #summary = h("span", { class: "soft", dir: "auto" });
  /** @type {ProviderPublic[]} */
  #providers = [];

  /**
   * @param {ProjectDraft} draft
   * @param {{ changed: () => void, signal: AbortSignal }} options `changed()` is called after each choice
   */
  constructor(draft, { changed, signal }) {
    this.#draft = draft;
    this.#changed = changed;
    this.#signal = signal;
    this.#crews.element.append(this.#error);
    this.#crews.element.setAttribute("aria-describedby", "crew-error");
    this.element = h(
      "details",
      { class: "start-crew", onchange: () => this.#chosen(), ontoggle: () => this.#reveal() },
      h("summary", {}, h("span", { class: "label" }, "Who does the work"), " ", this.#summary),
      this.#crews.element,
      this.#model.element,
      this.#budget.element,
    );
  }

  /** "" is the server's choice. */
  get values() {
    return {
      crew: this.#providers.length ? this.#crews.value : this.#draft.values.crew,
      model: this.#model.input.value,
      budget: this.#budget.input.value,
    };
  }

  /** Whether the crew that is chosen asks no model, or it is not known. */
  get rehearses() {
    return chosenCrew(this.values.crew, this.#providers)?.is_rehearsal ?? true;
  }

  /** The part of a request's body. */
  get body() {
    return crewBody(this.values, this.#providers);
  }

  /** Show the choice of the draft. */
  fill() {
    const { crew, model, budget } = this.#draft.values;
    const options = this.#providers.map(({ name, description, is_default: isDefault }) => ({
      value: isDefault ? "" : name,
      word: title(visible(name)),
      means: visible(description),
      aside: isDefault ? "default" : "",
    }));
    this.#crews.fill(options, options.some(({ value }) => value === crew) ? crew : "");
    this.#model.input.value = model;
    this.#budget.input.value = budget;
    this.#draw();
  }

  async load() {
    try {
      this.#providers = (await catalogue.providers({ signal: this.#signal })).items;
    } catch (error) {
      if (!this.#signal.aborted) this.#crews.errors.replaceChildren(failure(error, () => this.load()));
      return;
    }
    this.#crews.errors.replaceChildren();
    this.fill();
  }

  /** Say what is wrong with the model before it is sent. Return whether something is. */
  check() {
    return this.#show("", modelProblem(this.body), budgetProblem(this.body.budget ?? ""));
  }

  /**
   * Show what the API says of the crew and the model. Return whether it says anything.
   * @param {Problem | null} problem
   */
  showProblem(problem) {
    return this.#show(
      problem?.about("crew") ?? "",
      problem?.about("model") ?? "",
      problem?.about("budget") ?? "",
    );
  }

  /**
   * @param {string} crew
   * @param {string} model
   * @param {string} budget
   */
  #show(crew, model, budget) {
    write(this.#error, capitalised(crew));
    this.#model.showError(capitalised(model));
    this.#budget.showError(capitalised(budget));
    if (!crew && !model && !budget) return false;
    /** @type {HTMLDetailsElement} */ (this.element).open = true;
    if (crew || this.#model.element.hidden) this.#crews.element.querySelector("input")?.focus();
    else (model ? this.#model : this.#budget).input.focus();
    return true;
  }

  #typed() {
    this.#model.showError("");
    this.#budget.showError("");
    this.#changed();
    this.#draw();
  }

  #chosen() {
    this.#draw();
    this.#reveal();
  }

  /** Scroll to the fields that a choice has brought. */
  #reveal() {
    if (/** @type {HTMLDetailsElement} */ (this.element).open) this.element.scrollIntoView({ block: "nearest" });
  }

  #draw() {
    const provider = chosenCrew(this.values.crew, this.#providers);
    this.#model.element.hidden = this.#budget.element.hidden = this.rehearses;
    this.#model.input.placeholder = provider?.default_model ?? "openai:gpt-5";
    write(this.#summary, visible(summaryOf(this.values, this.#providers)));
  }
}
