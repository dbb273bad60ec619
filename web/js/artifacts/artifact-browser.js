/** `<artifact-browser>`: what agents and people wrote for a project, with every version. */

import { h } from "../dom.js";
import { empty } from "../notices.js";
import { style } from "../style.js";
import { ArtifactDetail } from "./artifact-detail.js";
import { ArtifactList } from "./artifact-list.js";
import { groupArtifacts, newest } from "./versions.js";

/** @import { Group, Work } from "./versions.js" */
/** @import { ArtifactItem } from "../api.d.ts" */
/** @import { ProjectModel } from "../project/model.js" */

await style("artifacts.css");

/**
 * `model` is a ProjectModel. `select(artifactId)` shows a version, as does `#artifact=<id>` in the address; an
 * `artifact-select` event (`detail.artifact_id`) is dispatched when the reader chooses one.
 */
export class ArtifactBrowser extends HTMLElement {
  /** @type {ProjectModel | null} */
  #model = null;
  #leave = new AbortController();
  /** @type {Set<string> | null} the ids of the versions that were painted before */
  #known = null;
  /** @type {string | null} an artifact's id */
  #chosen = null;
  /** @type {string | null} what the address named last */
  #obeyed = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #writing;
  /** @type {ArtifactItem[] | null} as they were painted last */
  #artifacts = null;
  /** @type {Group[]} */
  #groups = [];
  /** @type {Map<string, Work>} by the ids of their versions */
  #works = new Map();
  #list = new ArtifactList((work) => this.#choose(newest(work).artifact_id));
  #detail = new ArtifactDetail((id) => this.#choose(id));

  constructor() {
    super();
    this.#list.onsearch = () => this.#paint();
  }

  connectedCallback() {
    if (this.#model) this.#follow();
  }

  disconnectedCallback() {
    this.#leave.abort();
  }

  /** @param {ProjectModel} model */
  set model(model) {
    this.#model = model;
    this.#known = this.#artifacts = null;
    if (this.isConnected) this.#follow();
  }

  /**
   * Show a version; false where there is none of that id.
   * @param {string} artifactId
   */
  select(artifactId) {
    if (!this.#works.has(artifactId)) return false;
    this.#chosen = artifactId;
    this.#paint();
    this.#list.reveal();
    return true;
  }

  #follow() {
    this.#leave.abort();
    const { signal } = (this.#leave = new AbortController());
    this.#model?.addEventListener("change", () => this.#look(), { signal });
    addEventListener("hashchange", () => this.#obey(), { signal });
    this.#look();
  }

  #look() {
    if (!this.#model) return;
    const { artifacts, project } = this.#model;
    if (artifacts === this.#artifacts) {
      if (artifacts.length) this.#paintDetail();
      return;
    }
    this.#artifacts = artifacts;
    if (!artifacts.length) {
      this.replaceChildren(
        empty(
          "file",
          "No artifacts yet",
          "What agents write will appear here: plans, specifications, source code, test results.",
        ),
      );
      return;
    }
    this.#groups = groupArtifacts(artifacts, project.pipeline_definition);
    const works = this.#groups.flatMap((group) => group.works);
    this.#works = new Map(
      works.flatMap((work) => work.versions.map((one) => /** @type {const} */ ([one.artifact_id, work]))),
    );
    if (!this.contains(this.#list.element)) {
      this.replaceChildren(h("div", { class: "artifact-columns" }, this.#list.element, this.#detail.element));
    }
    if (!this.#obey()) this.#paint();
    this.#known = new Set(this.#works.keys());
  }

  /** Show and scroll to what the address names, once: a link was followed. */
  #obey() {
    const id = new URLSearchParams(location.hash.slice(1)).get("artifact");
    if (!id || id === this.#obeyed) return false;
    if (!this.select(id)) return false;
    this.#obeyed = id;
    this.scrollIntoView({ block: "start" });
    return true;
  }

  /** @param {string} id */
  #choose(id) {
    this.#obeyed = id;
    this.#chosen = id;
    // Browsers limit how often the address may change: only the last one of a quick series is written.
    clearTimeout(this.#writing);
    this.#writing = setTimeout(() => this.#address(id), 150);
    this.#paint();
    this.dispatchEvent(new CustomEvent("artifact-select", { detail: { artifact_id: id }, bubbles: true }));
  }

  /** @param {string} id */
  #address(id) {
    if (!this.isConnected) return;
    const fragment = new URLSearchParams(location.hash.slice(1));
    fragment.set("artifact", id);
    history.replaceState(history.state, "", `#${fragment}`);
  }

  #paint() {
    // Until the reader chooses, the newest version is shown, and stays when newer ones come.
    this.#chosen ??= this.#artifacts?.at(-1)?.artifact_id ?? null;
    this.#list.paint(this.#groups, this.#works.get(this.#chosen ?? ""), this.#known);
    this.#paintDetail();
  }

  #paintDetail() {
    const work = this.#works.get(this.#chosen ?? "");
    if (work && this.#chosen && this.#model) this.#detail.paint(work, this.#chosen, this.#model);
  }
}

customElements.define("artifact-browser", ArtifactBrowser);
