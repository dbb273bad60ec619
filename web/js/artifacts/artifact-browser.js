/** `<artifact-browser>`: the artifacts of a project, with every version. */

import { h } from "../dom.js";
import { changeFragment, fragment, onFragmentChange } from "../fragment.js";
import { byDeadline } from "../inbox/deadline.js";
import { empty } from "../notices.js";
import { style } from "../style.js";
import { ArtifactDetail } from "./artifact-detail.js";
import { ArtifactList } from "./artifact-list.js";
import { groupArtifacts, newest } from "./versions.js";

/** @import { ArtifactGroup, TypeSection } from "./versions.js" */
/** @import { ArtifactItem } from "../api.d.ts" */
/** @import { ProjectModel } from "../project/model.js" */

await style("artifacts.css");

/**
 * `model` is a ProjectModel. `select(artifactId)` shows a version, as does `#artifact=<id>` in the address, which may
 * add `view=diff` and `with=<id>`, the version to compare with. An `artifact-select` event (`detail.artifact_id`) is
 * dispatched when the reader selects one.
 */
export class ArtifactBrowser extends HTMLElement {
  /** @type {ProjectModel | null} */
  #model = null;
  #controller = new AbortController();
  /** @type {Set<string> | null} the ids of the versions that were painted before */
  #painted = null;
  /** @type {string | null} the id of the selected version */
  #selected = null;
  /** @type {string | null} the id that the address named last */
  #addressed = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #addressTimer;
  /** @type {ArtifactItem[] | null} as they were painted last */
  #artifacts = null;
  /** @type {TypeSection[]} */
  #sections = [];
  /** @type {Map<string, ArtifactGroup>} by the ids of their versions */
  #groups = new Map();
  #list = new ArtifactList((group) => {
    this.#choose(newest(group).artifact_id);
    // On a phone the whole list is above the artifact.
    const [list, detail] = [this.#list.element, this.#detail.element].map((each) => each.getBoundingClientRect());
    if (detail.top >= list.bottom) this.#detail.element.scrollIntoView({ block: "start" });
  });
  #detail = new ArtifactDetail((id) => this.#choose(id), (shown) => this.#shown(shown));

  constructor() {
    super();
    this.#list.onsearch = () => this.#paint();
  }

  connectedCallback() {
    if (this.#model) this.#follow();
  }

  disconnectedCallback() {
    this.#controller.abort();
  }

  /** @param {ProjectModel} model */
  set model(model) {
    this.#model = model;
    this.#painted = this.#artifacts = null;
    if (this.isConnected) this.#follow();
  }

  /**
   * Show a version. Return whether there is one with that id.
   * @param {string} artifactId
   */
  select(artifactId) {
    if (!this.#groups.has(artifactId)) return false;
    this.#selected = artifactId;
    this.#paint();
    this.#list.reveal();
    return true;
  }

  #follow() {
    this.#controller.abort();
    const { signal } = (this.#controller = new AbortController());
    this.#model?.addEventListener("change", () => this.#update(), { signal });
    onFragmentChange(() => this.#followAddress(), signal);
    this.#update();
  }

  #update() {
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
    this.#sections = groupArtifacts(artifacts, project.pipeline_definition);
    this.#groups = new Map();
    for (const group of this.#sections.flatMap((section) => section.artifactGroups)) {
      for (const version of group.versions) this.#groups.set(version.artifact_id, group);
    }
    if (!this.contains(this.#list.element)) {
      this.replaceChildren(h("div", { class: "artifact-columns" }, this.#list.element, this.#detail.element));
    }
    if (!this.#followAddress()) this.#paint();
    this.#painted = new Set(this.#groups.keys());
  }

  /** Show the version that the address names and scroll to it, once for each link. Return whether it did. */
  #followAddress() {
    const names = fragment();
    const id = names.get("artifact");
    if (!id) {
      this.#addressed = null;
      return false;
    }
    const isNew = id !== this.#addressed;
    if (isNew && !this.select(id)) return false;
    this.#addressed = id;
    this.#detail.restore({ view: names.get("view"), comparedWith: names.get("with") });
    if (isNew) this.scrollIntoView({ block: "start" });
    return isNew;
  }

  /** @param {string} id */
  #choose(id) {
    this.#addressed = id;
    this.#selected = id;
    // Browsers limit how often the address may change, so only the last of several quick changes is written.
    clearTimeout(this.#addressTimer);
    this.#addressTimer = setTimeout(() => this.#writeAddress(id), 150);
    this.#paint();
    this.dispatchEvent(new CustomEvent("artifact-select", { detail: { artifact_id: id }, bubbles: true }));
  }

  /** @param {string} id */
  #writeAddress(id) {
    if (this.isConnected) changeFragment({ artifact: id, ...this.#detail.address }, { adds: true });
  }

  /**
   * Name in the address how the version is shown.
   * @param {Record<string, string | null>} shown
   */
  #shown(shown) {
    if (this.#selected) changeFragment({ artifact: this.#selected, ...shown });
    this.#addressed = this.#selected;
  }

  #paint() {
    // Until the reader selects one, what was under review at first is shown, or else the newest version.
    this.#selected ??= this.#underReview() ?? this.#artifacts?.at(-1)?.artifact_id ?? null;
    this.#list.paint(this.#sections, this.#groups.get(this.#selected ?? ""), this.#painted);
    this.#paintDetail();
  }

  /** The first document of the open request with the nearest deadline, or undefined. */
  #underReview() {
    const open = [...this.#model?.progress.open_requests ?? []].sort(byDeadline);
    return open.flatMap(({ artifacts }) => artifacts).find(({ artifact_id: id }) => this.#groups.has(id))?.artifact_id;
  }

  #paintDetail() {
    const group = this.#groups.get(this.#selected ?? "");
    if (group && this.#selected && this.#model) this.#detail.paint(group, this.#selected, this.#model);
  }
}

customElements.define("artifact-browser", ArtifactBrowser);
