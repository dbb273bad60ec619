/** The dialog around the form that starts a project. The address says that it is open: `/?new`. */

import { h } from "../dom.js";
import { announce } from "../notices.js";
import { go } from "../navigation.js";
import { loadObject, randomKey, saveObject } from "../storage.js";
import { style } from "../style.js";
import { takesFiles } from "./brief.js";
import { address, correct, read } from "./filters.js";
import { StartForm } from "./start-form.js";

await style("start.css");

/** `open(example)` opens it; an example fills it where nothing is typed yet. `prepare()` reads what it will need. */
export function startDialog(root, signal) {
  const draft = new ProjectDraft();
  const form = new StartForm(draft, { started, closed: () => dialog.close(), signal });
  const dialog = h("dialog", { class: "start", "aria-labelledby": "start-title", onclose: closed }, form.element);
  root.append(dialog);
  addEventListener("querychange", follow, { signal });
  // Anywhere: a file that misses the dialog would take the whole page's place.
  takesFiles(document.documentElement, (file) => { open(); form.take(file); }, signal);
  addEventListener("pagehide", () => draft.save(), { signal });
  signal.addEventListener("abort", () => draft.save());
  queueMicrotask(follow);

  function open(example) {
    if (example && draft.empty) {
      draft.change(example);
      form.fill();
    }
    if (!read().starting) history.pushState({ opened: true }, "", address({ starting: true }));
    follow();
  }

  /** Be open while the address says so. */
  function follow() {
    if (signal.aborted) return;
    const { starting } = read();
    if (starting && !dialog.open) {
      form.load();
      dialog.showModal();
      form.focus();
    } else if (!starting && dialog.open) {
      dialog.close();
    }
  }

  function closed() {
    draft.save();
    if (signal.aborted || !read().starting) return;
    // Where it was opened from the page, closing goes back to before; so the back button never opens it again.
    if (history.state?.opened) history.back();
    else correct({ starting: false });
  }

  function started(project) {
    announce(`${project.name} is started`);
    go(`/projects/${project.id}`, { replace: true });
  }

  return { open, prepare: () => form.load() };
}

const PLACE = "draft of a project";
const SAVE_AFTER = 250; // ms
const EMPTY = { name: "", description: "", pipeline: "", oversight: "" };

export class ProjectDraft {
  /** `{name, description, pipeline, oversight}`, as the form has them: "" is nothing chosen. */
  values = { ...EMPTY };
  /** The name that was proposed, or null where a person wrote one. */
  proposed = "";

  #key = null;
  #clock;

  constructor() {
    const kept = loadObject(PLACE);
    Object.assign(this.values, kept.values);
    this.proposed = kept.proposed === undefined ? "" : kept.proposed;
    this.#key = kept.key ?? null;
  }

  get empty() {
    return !this.values.name && !this.values.description;
  }

  /**
   * What the start is known by. It stays the same while the draft does: sent again after an answer that was lost, it
   * is the same project.
   */
  get key() {
    if (!this.#key) {
      this.#key = randomKey();
      this.save();
    }
    return this.#key;
  }

  change(values) {
    if (Object.entries(values).every(([name, value]) => this.values[name] === value)) return;
    Object.assign(this.values, values);
    this.#key = null;
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.#clock);
    saveObject(PLACE, this.empty ? null : { values: this.values, proposed: this.proposed, key: this.#key });
  }

  clear() {
    this.values = { ...EMPTY, pipeline: this.values.pipeline, oversight: this.values.oversight };
    this.proposed = "";
    this.#key = null;
    this.save();
  }
}
