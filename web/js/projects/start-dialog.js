/** The dialog that starts a project, and its draft. It is open while the address has `?new`. */

import { h } from "../dom.js";
import { me } from "../me.js";
import { announce } from "../notices.js";
import { go, push } from "../navigation.js";
import { loadObject, randomKey, saveObject } from "../storage.js";
import { style } from "../style.js";
import { acceptDroppedFiles } from "./brief.js";
import { StartForm } from "./start-form.js";

/** @import { ProjectPublic } from "../api.d.ts" */

await style("start.css");

/**
 * The dialog, for those who may start projects. `open(example)` opens it, with the example if nothing is typed yet;
 * `prepare()` reads the pipelines.
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
export function startDialog(root, signal) {
  const draft = new ProjectDraft();
  const form = new StartForm(draft, { started, closed: () => dialog.close(), signal });
  const dialog = h("dialog", { class: "start", "aria-labelledby": "start-title", onclose: closed }, form.element);
  root.append(dialog);
  addEventListener("querychange", follow, { signal });
  // On the whole page: otherwise the browser would open a file that misses the dialog.
  if (me.may("run")) acceptDroppedFiles(document.documentElement, take, signal);
  addEventListener("pagehide", () => draft.save(), { signal });
  signal.addEventListener("abort", () => draft.save());
  queueMicrotask(follow);

  /** @param {File} file */
  function take(file) {
    open();
    form.take(file);
  }

  /** @param {{ name: string, description: string }} [example] */
  function open(example) {
    if (example && draft.empty) {
      draft.change(example);
      form.fill();
    }
    if (!isAddressed()) push(addressWith(true), { opened: true });
    follow();
  }

  /** Open or close the dialog, depending on the address. */
  function follow() {
    if (signal.aborted) return;
    const starting = isAddressed() && me.may("run");
    if (starting && !dialog.open) {
      form.clearErrors(); // those of an earlier attempt
      form.load();
      dialog.showModal();
      form.focus();
    } else if (!starting && dialog.open) {
      dialog.close();
    }
  }

  function closed() {
    draft.save();
    if (signal.aborted || !isAddressed()) return;
    // If it was opened from the page, go back in the history, so that the back button does not open it again.
    if (history.state?.opened) history.back();
    else history.replaceState(history.state, "", addressWith(false));
  }

  /** @param {ProjectPublic} project */
  function started(project) {
    announce(`${project.name} has started`);
    go(`/projects/${project.id}`, { replace: true });
  }

  return { open, prepare: () => me.may("run") && form.load() };
}

const isAddressed = () => new URLSearchParams(location.search).has("new");

/**
 * The address of the view with the dialog, or without it.
 * @param {boolean} starting
 */
function addressWith(starting) {
  const query = new URLSearchParams(location.search);
  query.delete("new");
  const text = [query.toString(), starting && "new"].filter(Boolean).join("&");
  return text ? `${location.pathname}?${text}` : location.pathname;
}

const STORAGE_KEY = "draft of a project";
const SAVE_AFTER = 250; // ms
const EMPTY = { name: "", description: "", pipeline: "", oversight: "", crew: "", model: "", budget: "" };

export class ProjectDraft {
  /** The values of the form; "" if nothing is chosen. */
  values = { ...EMPTY };
  /** The name that was proposed, or null if a person typed one. @type {string | null} */
  proposed = "";

  /** @type {string | null} */
  #key = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    const kept = loadObject(STORAGE_KEY);
    Object.assign(this.values, kept.values);
    this.proposed = kept.proposed === undefined ? "" : kept.proposed;
    this.#key = kept.key ?? null;
  }

  get empty() {
    return !this.values.name && !this.values.description;
  }

  /**
   * The idempotency key of the start. It stays the same while the draft does, so that a retry after a lost response
   * does not start a second project.
   */
  get key() {
    const key = this.#key ?? randomKey();
    if (!this.#key) {
      this.#key = key;
      this.save();
    }
    return key;
  }

  /** @param {Partial<ProjectDraft["values"]>} values */
  change(values) {
    const before = JSON.stringify(this.values);
    Object.assign(this.values, values);
    if (JSON.stringify(this.values) === before) return;
    this.#key = null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    clearTimeout(this.#timer);
    saveObject(STORAGE_KEY, this.empty ? null : { values: this.values, proposed: this.proposed, key: this.#key });
  }

  clear() {
    this.values = { ...this.values, name: "", description: "" };
    this.proposed = "";
    this.#key = null;
    this.save();
  }
}
