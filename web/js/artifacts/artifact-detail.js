/** One artifact of the browser: its versions, where the chosen one comes from, what it holds and what it changed. */

import { each, h, write } from "../dom.js";
import { title } from "../labels.js";
import { failure } from "../notices.js";
import { visible } from "../text.js";
import { nameOf, provenance } from "./provenance.js";
import { download } from "./artifact-view.js";

let made = 0;

const newest = (work) => work.versions.at(-1);

export class ArtifactDetail {
  #choose;
  #work = null;
  #artifact = null; // the version that is shown
  #facts = null; // what is told of it
  #against = null; // the id that the reader chose to compare it with
  #compared = null;
  #showing = "view";
  #name = h("h3", { dir: "auto" });
  #type = h("span", { class: "soft" });
  #version = h("select", { "aria-label": "Version", onchange: ({ target }) => this.#choose(target.value) });
  #newer = h("button", { type: "button", hidden: true, onclick: () => this.#choose(newest(this.#work).artifact_id) });
  #download = h("span", {});
  #provenance = h("dl", { class: "provenance" });
  #view = document.createElement("artifact-view");
  #before = h("select", { "aria-label": "Compare with", onchange: () => this.#compareWith(this.#before.value) });
  #beforeField = h("label", { class: "compare" }, "Compare with", this.#before);
  #diff = document.createElement("diff-view");
  #tabs;
  #panels;

  /** `choose(artifactId)` is called when the reader picks another version. */
  constructor(choose) {
    this.#choose = choose;
    const id = `artifact-${(made += 1)}`;
    this.#tabs = ["view", "diff"].map((name) => h("button", {
      type: "button", role: "tab", class: "artifact-tab", id: `${id}-${name}`, "aria-controls": `${id}-${name}-panel`,
      dataset: { name }, onclick: () => this.#show(name),
    }, title(name)));
    this.#panels = [[this.#view], [this.#beforeField, this.#diff]].map((children, index) => {
      const tab = this.#tabs[index];
      return h("div", { role: "tabpanel", id: `${tab.id}-panel`, "aria-labelledby": tab.id }, children);
    });
    const key = (event) => this.#key(event);
    this.element = h("section", { class: "artifact-detail", "aria-label": "Artifact" },
      h("header", { class: "artifact-head" },
        h("div", { class: "artifact-title" }, this.#name, this.#type), this.#newer, this.#version, this.#download),
      this.#provenance,
      h("div", { class: "artifact-tabs", role: "tablist", "aria-label": "How to look at it", onkeydown: key },
        this.#tabs),
      this.#panels);
    this.#show("view");
  }

  /** Show version `id` of `work`. Only what differs is touched. */
  paint(work, id, model) {
    const artifact = work.versions.find((one) => one.artifact_id === id);
    if (work.key !== this.#work?.key) this.#against = null;
    this.#work = work;
    this.#artifact = artifact;
    write(this.#name, nameOf(artifact));
    this.#name.title = visible(artifact.name);
    write(this.#type, artifact.name === artifact.type ? "" : title(artifact.type));
    this.#options(this.#version, work.versions, id);
    this.#newer.hidden = newest(work) === artifact;
    write(this.#newer, `Show version ${newest(work).version}`);
    const task = model.progress?.tasks.find((one) => one.task_id === artifact.task_id);
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

  #choices() {
    const others = this.#work.versions.filter((one) => one !== this.#artifact);
    if (!others.some((one) => one.artifact_id === this.#against)) this.#against = null;
    this.#beforeField.hidden = others.length === 0;
    const older = others.filter((one) => one.version < this.#artifact.version);
    this.#options(this.#before, others, this.#against ?? (older.at(-1) ?? others[0])?.artifact_id);
  }

  #options(select, versions, value) {
    each(select, [...versions].reverse(), (one) => one.artifact_id, () => h("option", {}), (option, one) => {
      option.value = one.artifact_id;
      write(option, `Version ${one.version}${one.accepted_at ? "" : ", not accepted"}`);
    });
    if (value && select.value !== value) select.value = value;
  }

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

  #key(event) {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    const other = this.#tabs.find((tab) => tab.tabIndex === -1);
    other.click();
    other.focus();
  }

  #compareWith(id) {
    this.#against = id;
    this.#compare();
  }

  async #compare() {
    if (this.#showing !== "diff" || !this.#artifact) return;
    const before = this.#before.value || null;
    const pair = `${this.#artifact.artifact_id} ${before}`;
    if (pair === this.#compared) return;
    this.#compared = pair;
    try {
      await import("./diff-view.js"); // loaded when somebody first compares
    } catch (error) {
      this.#compared = null;
      this.#diff.replaceChildren(failure(error, () => this.#compare()));
      return;
    }
    customElements.upgrade(this.#diff);
    if (pair === this.#compared) this.#diff.show(this.#artifact.artifact_id, before);
  }
}
