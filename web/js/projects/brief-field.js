/** The field for the brief, which is typed, pasted, or read from a file that is selected or dropped. */

import { h, icon, present, write } from "../dom.js";
import { field } from "../field.js";
import { bytes } from "../labels.js";
import { announce, messageOf } from "../notices.js";
import { ACCEPT, EXAMPLE, nameFrom, readBrief, sizeOf } from "./brief.js";

const MEASURE_AFTER = 200; // ms
const HINT = "In Markdown: what is wanted, for whom, and a list of requirements that can be tested.";
const PLACEHOLDER =
  "# What is wanted\n\nFor whom, and why.\n\n## Requirements\n\n- One thing that can be tested\n- Another";

export class BriefField {
  element;
  input;
  #field;
  #size;
  #note;
  #example;
  #changed;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * `changed(name)` is called whenever the brief changes, with the name that it suggests.
   * @param {(name: string) => void} changed
   */
  constructor(changed) {
    this.#changed = changed;
    this.input = h("textarea", {
      name: "description",
      required: true,
      dir: "auto",
      rows: "12",
      placeholder: PLACEHOLDER,
      oninput: () => this.#typed(),
    });
    this.#field = field("Brief", this.input, HINT);
    this.element = this.#field.element;
    this.#size = h("span", { class: "numbers faint" });
    this.#note = h("span", { class: "start-brief-file" });
    this.#example = h("button", {
      type: "button",
      class: "quiet",
      onclick: () => this.use(EXAMPLE.description, EXAMPLE.name),
    }, "Use an example");
    const chooser = h("input", {
      type: "file",
      accept: ACCEPT,
      hidden: true,
      "aria-label": "File with the brief",
      onchange: () => {
        const [file] = chooser.files ?? [];
        if (file) this.take(file);
        chooser.value = "";
      },
    });
    this.element.append(
      h(
        "div",
        { class: "start-brief-foot" },
        h("button", { type: "button", onclick: () => chooser.click() }, icon("file"), "Choose a file"),
        chooser,
        this.#example,
        h("span", { class: "faint start-brief-hint" }, "or drop one here"),
        this.#note,
        this.#size,
      ),
    );
  }

  get value() {
    return this.input.value;
  }

  get invalid() {
    return this.#field.invalid;
  }

  /** @param {string} text */
  showError(text) {
    this.#field.showError(text);
  }

  /**
   * Show a brief, without calling `changed`.
   * @param {string} text
   */
  set(text) {
    this.input.value = text;
    this.#note.replaceChildren();
    this.#measure();
  }

  /**
   * Replace the brief. A button restores the previous one.
   * @param {string} text
   * @param {string} name
   */
  use(text, name, from = "") {
    const before = this.value;
    this.set(text);
    this.showError("");
    this.#note.replaceChildren(...present([
      from && h("span", { class: "cut", dir: "auto", title: from }, from),
      before.trim() && before !== text &&
      h("button", {
        type: "button",
        class: "quiet",
        onclick: () => this.use(before, nameFrom(before)),
      }, "Restore the previous text"),
    ]));
    this.#changed(name);
    this.input.focus();
    this.input.setSelectionRange(0, 0);
    this.input.scrollTop = 0;
  }

  #typed() {
    this.showError("");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#measure(), MEASURE_AFTER);
    this.#example.hidden = Boolean(this.value);
    this.#changed(nameFrom(this.value));
  }

  /**
   * Read the brief from a file.
   * @param {File} file
   */
  async take(file) {
    try {
      const { text, name } = await readBrief(file);
      this.use(text, nameFrom(text) || name, `From ${file.name}`);
      announce(`The brief was read from ${file.name}`);
    } catch (error) {
      this.showError(messageOf(error));
      announce(messageOf(error));
    }
  }

  #measure() {
    this.#example.hidden = Boolean(this.value);
    write(this.#size, this.value ? bytes(sizeOf(this.value)) : "");
  }
}
