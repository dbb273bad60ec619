/** `<artifact-browser>`: what agents and people wrote for a project, with every version. */

import { h } from "../dom.js";
import { empty } from "../notices.js";
import { style } from "../style.js";
import { ArtifactDetail } from "./artifact-detail.js";
import { ArtifactList } from "./artifact-list.js";
import { grouped } from "./versions.js";

await style("artifacts.css");

/**
 * `model` is a ProjectModel. `select(artifactId)` shows a version, as does `#artifact=<id>` in the address; an
 * `artifact-select` event (`detail.artifact_id`) tells that the reader chose one.
 */
export class ArtifactBrowser extends HTMLElement {
  #model = null;
  #leave = new AbortController();
  #known = null; // the ids that were there before, to tell the new ones
  #chosen = null; // artifact id
  #obeyed = null; // what the address named last
  #writing = 0;
  #artifacts = null; // as they were painted last
  #groups = [];
  #works = new Map(); // artifact id -> its work
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

  set model(model) {
    this.#model = model;
    this.#known = this.#artifacts = null;
    if (this.isConnected) this.#follow();
  }

  /** Show a version; false where there is none of that id. */
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
    this.#model.addEventListener("change", () => this.#look(), { signal });
    addEventListener("hashchange", () => this.#obey(), { signal });
    this.#look();
  }

  #look() {
    const { artifacts, project } = this.#model;
    if (artifacts === this.#artifacts) {
      if (artifacts.length) this.#paintDetail();
      return;
    }
    this.#artifacts = artifacts;
    if (!artifacts.length) {
      this.replaceChildren(empty("file", "No artifacts yet",
        "What agents write will appear here: plans, specifications, source code, test results."));
      return;
    }
    this.#groups = grouped(artifacts, project?.pipeline_definition);
    const works = this.#groups.flatMap((group) => group.works);
    this.#works = new Map(works.flatMap((work) => work.versions.map((one) => [one.artifact_id, work])));
    if (!this.contains(this.#list.element)) {
      this.replaceChildren(h("div", { class: "artifact-columns" },
        this.#list.element, this.#detail.element));
    }
    this.#obey() || this.#paint();
    this.#known = new Set(this.#works.keys());
  }

  /** Show what the address names, once: whoever followed a link wants to see it, wherever the page stands. */
  #obey() {
    const id = new URLSearchParams(location.hash.slice(1)).get("artifact");
    if (!id || id === this.#obeyed) return false;
    if (!this.select(id)) return false;
    this.#obeyed = id;
    this.scrollIntoView({ block: "start" });
    return true;
  }

  #choose(id) {
    this.#obeyed = id;
    this.#chosen = id;
    // Browsers allow so many new addresses a second and no more: who runs through the list writes the last one.
    clearTimeout(this.#writing);
    this.#writing = setTimeout(() => this.#address(id), 150);
    this.#paint();
    this.dispatchEvent(new CustomEvent("artifact-select", { detail: { artifact_id: id }, bubbles: true }));
  }

  #address(id) {
    if (!this.isConnected) return;
    const fragment = new URLSearchParams(location.hash.slice(1));
    fragment.set("artifact", id);
    history.replaceState(history.state, "", `#${fragment}`);
  }

  #paint() {
    // Until the reader chooses, the newest version is shown, and stays when newer ones come.
    this.#chosen ??= this.#model.artifacts.at(-1).artifact_id;
    this.#list.paint(this.#groups, this.#works.get(this.#chosen), this.#known);
    this.#paintDetail();
  }

  #paintDetail() {
    this.#detail.paint(this.#works.get(this.#chosen), this.#chosen, this.#model);
  }
}

const newest = (work) => work.versions.at(-1);

customElements.define("artifact-browser", ArtifactBrowser);
