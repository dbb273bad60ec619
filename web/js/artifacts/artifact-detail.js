/** One artifact of the browser: its versions, where the chosen one comes from, what it holds and what it changed. */

import { each, h, valueOf, write } from "../dom.js";
import { title } from "../labels.js";
import { failure } from "../notices.js";
import { visible } from "../text.js";
import { nameOf, provenance } from "./provenance.js";
import { download } from "./artifact-view.js";
import { newest } from "./versions.js";

/** @import { ArtifactItem } from "../api.d.ts" */
/** @import { Work } from "./versions.js" */
/** @import { ProjectModel } from "../project/model.js" */

let made = 0;

export class ArtifactDetail {
  #choose;
  /** @type {Work | null} */
  #work = null;
  /** @type {ArtifactItem | null} the version that is shown */
  #artifact = null;
  /** @type {string | null} what is shown of it */
  #facts = null;
  /** @type {string | null} the id that the reader chose to compare it with */
  #against = null;
  /** @type {string | null} */
  #compared = null;
  #showing = "view";
  #name = h("h3", { dir: "auto" });
  #type = h("span", { class: "soft" });
  #version = h("select", { "aria-label": "Version", onchange: (event) => this.#choose(valueOf(event)) });
  #newer = h("button", { type: "button", hidden: true, onclick: () => this.#chooseNewest() });
  #download = h("span", {});
  #provenance = h("dl", { class: "provenance" });
  #view = document.createElement("artifact-view");
  #before = h("select", { "aria-label": "Compare with", onchange: (event) => this.#compareWith(valueOf(event)) });
  #beforeField = h("label", { class: "compare" }, "Compare with", this.#before);
  #diff = document.createElement("diff-view");
  #tabs;
  #panels;

  /**
   * `choose(artifactId)` is called when the reader picks another version.
   * @param {(artifactId: string) => void} choose
   */
  constructor(choose) {
    this.#choose = choose;
    const id = `artifact-${(made += 1)}`;
    this.#tabs = ["view", "diff"].map((name) =>
      h("button", {
        type: "button",
        role: "tab",
        class: "artifact-tab",
        id: `${id}-${name}`,
        "aria-controls": `${id}-${name}-panel`,
        dataset: { name },
        onclick: () => this.#show(name),
      }, title(name))
    );
    this.#panels = [[this.#view], [this.#beforeField, this.#diff]].map((children, index) => {
      const tab = this.#tabs[index];
      return h("div", { role: "tabpanel", id: `${tab.id}-panel`, "aria-labelledby": tab.id }, children);
    });
    /** @param {KeyboardEvent} event */
    const key = (event) => this.#key(event);
    this.element = h(
      "section",
      { class: "artifact-detail", "aria-label": "Artifact" },
      h(
        "header",
        { class: "artifact-head" },
        h("div", { class: "artifact-title" }, this.#name, this.#type),
        this.#newer,
        this.#version,
        this.#download,
      ),
      this.#provenance,
      h(
        "div",
        { class: "artifact-tabs", role: "tablist", "aria-label": "How to look at it", onkeydown: key },
        this.#tabs,
      ),
      this.#panels,
    );
    this.#show("view");
  }

  /**
   * Show version `id` of `work`. Only what differs is touched.
   * @param {Work} work
   * @param {string} id
   * @param {ProjectModel} model
   */
  paint(work, id, model) {
    const artifact = work.versions.find((one) => one.artifact_id === id);
    if (!artifact) return;
    if (work.key !== this.#work?.key) this.#against = null;
    this.#work = work;
    this.#artifact = artifact;
    write(this.#name, nameOf(artifact));
    this.#name.title = visible(artifact.name);
    write(this.#type, artifact.name === artifact.type ? "" : title(artifact.type));
    this.#options(this.#version, work.versions, id);
    this.#newer.hidden = newest(work) === artifact;
    write(this.#newer, `Show version ${newest(work).version}`);
    const task = model.progress.tasks.find((one) => one.task_id === artifact.task_id);
    const facts = JSON.stringify([id, artifact.accepted_at, task]);
    if (facts !== this.#facts) {
      this.#facts = facts;
      this.#download.replaceChildren(download(artifact));
      this.#provenance.replaceChildren(...provenance(artifact, task, work));
    }
    this.#view.artifact = artifact;
    this.#choices();
    this.#compare();
  }

  #chooseNewest() {
    if (this.#work) this.#choose(newest(this.#work).artifact_id);
  }

  #choices() {
    const shown = this.#artifact;
    if (!this.#work || !shown) return;
    const others = this.#work.versions.filter((one) => one !== shown);
    if (!others.some((one) => one.artifact_id === this.#against)) this.#against = null;
    this.#beforeField.hidden = others.length === 0;
    const older = others.filter((one) => one.version < shown.version);
    this.#options(this.#before, others, this.#against ?? (older.at(-1) ?? others[0])?.artifact_id);
  }

  /**
   * @param {HTMLSelectElement} select
   * @param {ArtifactItem[]} versions
   * @param {string | undefined} value
   */
  #options(select, versions, value) {
    each(select, [...versions].reverse(), (one) => one.artifact_id, () => h("option", {}), (option, one) => {
      option.value = one.artifact_id;
      write(option, `Version ${one.version}${one.accepted_at ? "" : ", not accepted"}`);
    });
    if (value && select.value !== value) select.value = value;
  }

  /** @param {string} name */
  #show(name) {
    this.#showing = name;
    this.#tabs.forEach((tab, index) => {
      const chosen = tab.dataset.name === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.#panels[index].hidden = !chosen;
    });
    this.#compare();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    const other = this.#tabs.find((tab) => tab.tabIndex === -1);
    other?.click();
    other?.focus();
  }

  /** @param {string} id */
  #compareWith(id) {
    this.#against = id;
    this.#compare();
  }

  async #compare() {
    if (this.#showing !== "diff" || !this.#artifact) return;
    const before = this.#before.value || null;
    const after = this.#artifact.artifact_id;
    const pair = `${after} ${before}`;
    if (pair === this.#compared) return;
    this.#compared = pair;
    try {
      await import("./diff-view.js"); // loaded at the first comparison
    } catch (error) {
      this.#compared = null;
      this.#diff.replaceChildren(failure(error, () => this.#compare()));
      return;
    }
    customElements.upgrade(this.#diff);
    if (pair === this.#compared) this.#diff.show(after, before);
  }
}
