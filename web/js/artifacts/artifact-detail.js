/** One artifact of the browser: its versions, and the provenance, content and changes of the selected one. */

import { h, present, valueOf, write } from "../dom.js";
import { failure } from "../notices.js";
import { isTemporary } from "../rest.js";
import { tabList } from "../tabs.js";
import { giveButton, withdrawButton } from "./give.js";
import { isNamed, kindOf, nameOf } from "./name.js";
import { provenance } from "./provenance.js";
import { download } from "./artifact-view.js";
import { paintOptions } from "./version-options.js";
import { newest } from "./versions.js";

/** @import { ArtifactItem } from "../api.d.ts" */
/** @import { ArtifactGroup } from "./versions.js" */
/** @import { ProjectModel } from "../project/model.js" */

export class ArtifactDetail {
  #choose;
  #changed;
  /** @type {ArtifactGroup | null} */
  #group = null;
  /** @type {ArtifactItem | null} the version that is shown */
  #artifact = null;
  /** @type {string | null} the facts that are shown, as JSON */
  #facts = null;
  /** @type {string | null} the id of the version that the reader compares it with */
  #comparedWith = null;
  /** @type {string | null} the ids of the versions whose comparison is shown */
  #comparedPair = null;
  /** @type {unknown[]} for which list of artifacts and which version it was asked whether it can be withdrawn */
  #asked = [];
  #withdrawal = h("span", { class: "buttons" });
  #name = h("h3", { dir: "auto" });
  #type = h("span", { class: "soft" });
  #version = h("select", { "aria-label": "Version", onchange: (event) => this.#choose(valueOf(event)) });
  #newer = h("button", { type: "button", hidden: true, onclick: () => this.#chooseNewest() });
  #download = h("span", { class: "buttons" });
  #provenance = h("dl", { class: "provenance" });
  #view = document.createElement("artifact-view");
  #before = h("select", { "aria-label": "Compare with", onchange: (event) => this.#compareWith(valueOf(event)) });
  #beforeField = h("label", { class: "compare" }, "Compare with", this.#before);
  #diff = document.createElement("diff-view");
  #tabs;

  /**
   * `choose(artifactId)` is called when the reader selects another version, and `changed(address)` when the reader
   * views it in another way.
   * @param {(artifactId: string) => void} choose
   * @param {(address: Record<string, string | null>) => void} changed
   */
  constructor(choose, changed) {
    this.#choose = choose;
    this.#changed = changed;
    this.#tabs = tabList([
      { name: "view", word: "View", make: () => this.#view },
      { name: "diff", word: "Diff", make: () => [this.#beforeField, this.#diff] },
    ], { label: "Ways to view it", chosen: () => this.#viewChosen() });
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
      this.#tabs.element,
    );
    this.#tabs.show("view");
  }

  /**
   * Show version `id` of `group`. Updates only what differs.
   * @param {ArtifactGroup} group
   * @param {string} id
   * @param {ProjectModel} model
   */
  paint(group, id, model) {
    const artifact = group.versions.find((version) => version.artifact_id === id);
    if (!artifact) return;
    if (group.key !== this.#group?.key) this.#comparedWith = null;
    this.#group = group;
    this.#artifact = artifact;
    write(this.#name, nameOf(artifact));
    this.#name.title = nameOf(artifact);
    write(this.#type, isNamed(artifact) ? kindOf(artifact) : "");
    paintOptions(this.#version, group.versions, id);
    this.#newer.hidden = newest(group) === artifact;
    write(this.#newer, `Show version ${newest(group).version}`);
    const task = model.progress.tasks.find(({ task_id }) => task_id === artifact.task_id);
    const facts = JSON.stringify([id, artifact.accepted_at, task, model.project.status]);
    if (facts !== this.#facts) {
      this.#facts = facts;
      this.#download.replaceChildren(
        ...present([giveButton(artifact, model), this.#withdrawal, download(artifact)]),
      );
      this.#provenance.replaceChildren(...provenance(artifact, task, group));
    }
    // What was given is not among the facts: it is read whenever the list of artifacts was.
    const asked = [model.artifacts, id];
    if (asked.some((one, index) => one !== this.#asked[index])) this.#offerWithdrawal(artifact, model);
    this.#asked = asked;
    this.#view.artifact = artifact;
    this.#paintComparedVersions();
    this.#compare();
  }

  /**
   * @param {ArtifactItem} artifact
   * @param {ProjectModel} model
   */
  async #offerWithdrawal(artifact, model) {
    this.#withdrawal.replaceChildren();
    try {
      const button = await withdrawButton(artifact, model.project);
      if (artifact.artifact_id === this.#artifact?.artifact_id) this.#withdrawal.replaceChildren(...present([button]));
    } catch (error) {
      if (!isTemporary(error)) throw error; // the connection's banner says it
    }
  }

  /** How it is viewed, as names of the address. */
  get address() {
    const isDiff = this.#tabs.current === "diff";
    return { view: isDiff ? "diff" : null, with: isDiff ? this.#comparedWith : null };
  }

  /**
   * View it as an address says.
   * @param {{ view: string | null, comparedWith: string | null }} address
   */
  restore({ view, comparedWith }) {
    this.#comparedWith = comparedWith;
    this.#paintComparedVersions();
    this.#tabs.show(view === "diff" ? "diff" : "view");
    this.#compare();
  }

  #viewChosen() {
    this.#compare();
    this.#changed(this.address);
  }

  #chooseNewest() {
    if (this.#group) this.#choose(newest(this.#group).artifact_id);
  }

  #paintComparedVersions() {
    const shown = this.#artifact;
    if (!this.#group || !shown) return;
    const others = this.#group.versions.filter((version) => version !== shown);
    if (!others.some((version) => version.artifact_id === this.#comparedWith)) this.#comparedWith = null;
    this.#beforeField.hidden = others.length === 0;
    const older = others.filter(({ version }) => version < shown.version);
    paintOptions(this.#before, others, this.#comparedWith ?? (older.at(-1) ?? others[0])?.artifact_id);
  }

  /** @param {string} id */
  #compareWith(id) {
    this.#comparedWith = id;
    this.#viewChosen();
  }

  async #compare() {
    if (this.#tabs.current !== "diff" || !this.#artifact) return;
    const before = this.#before.value || null;
    const after = this.#artifact.artifact_id;
    const pair = `${after} ${before}`;
    if (pair === this.#comparedPair) return;
    this.#comparedPair = pair;
    try {
      await import("./diff-view.js"); // loaded at the first comparison
    } catch (error) {
      this.#comparedPair = null;
      this.#diff.replaceChildren(failure(error, () => this.#compare()));
      return;
    }
    customElements.upgrade(this.#diff);
    if (pair === this.#comparedPair) this.#diff.show(after, before);
  }
}
