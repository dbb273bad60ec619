/** `<artifact-browser>`: what agents and people wrote for a project, with every version. */

import { each, h } from "../dom.js";
import { title } from "../labels.js";
import { empty } from "../notices.js";
import { style } from "../style.js";
import { comparable } from "../text.js";
import { ArtifactDetail } from "./artifact-detail.js";
import { paintRow, row } from "./artifact-list.js";
import { grouped } from "./versions.js";

await style("artifacts.css");

/** With more artifacts than this, one can search them. */
const SEARCH_FROM = 12;

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
  #search = h("input", {
    type: "search", placeholder: "Find an artifact", "aria-label": "Find an artifact", hidden: true,
    oninput: () => this.#paint(),
  });
  #list = h("div", { role: "listbox", "aria-label": "Artifacts", class: "artifact-list" });
  #none = h("p", { class: "soft artifact-none", hidden: true }, "No artifact has such a name.");
  #detail = new ArtifactDetail((id) => this.#choose(id));

  constructor() {
    super();
    this.#list.addEventListener("click", (event) => this.#click(event));
    this.#list.addEventListener("keydown", (event) => this.#key(event));
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
    this.#list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
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
    if (!this.contains(this.#list)) {
      this.replaceChildren(h("div", { class: "artifact-columns" },
        h("div", { class: "artifact-aside" }, this.#search, this.#list, this.#none), this.#detail.element));
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
    const works = this.#groups.flatMap((group) => group.works);
    // Until the reader chooses, the newest version stands there, and stays when newer ones come.
    this.#chosen ??= this.#model.artifacts.at(-1).artifact_id;
    const chosen = this.#works.get(this.#chosen);
    this.#search.hidden = works.length < SEARCH_FROM;
    const wanted = this.#search.hidden ? "" : comparable(this.#search.value.trim());
    const groups = this.#groups
      .map(({ type, works: all }) => ({ type, works: all.filter((work) => isCalled(work, wanted)) }))
      .filter((group) => group.works.length);
    this.#none.hidden = groups.length > 0;
    each(this.#list, groups, (group) => group.type, makeGroup, (element, group) => {
      each(element, group.works, (work) => work.key, row,
        (one, work) => paintRow(one, work, work === chosen, this.#known));
    });
    // The chosen one is where Tab stops; where a search hides it, the first is.
    const stop = this.#list.querySelector("[tabindex='0']") ?? this.#list.querySelector("[role=option]");
    if (stop) stop.tabIndex = 0;
    this.#paintDetail();
  }

  #paintDetail() {
    this.#detail.paint(this.#works.get(this.#chosen), this.#chosen, this.#model);
  }

  #click(event) {
    const option = event.target.closest("[role=option]");
    if (option) this.#take(option);
  }

  #take(option) {
    option.focus({ preventScroll: true });
    option.scrollIntoView({ block: "nearest" });
    this.#choose(option.work.versions.at(-1).artifact_id);
  }

  #key(event) {
    const options = [...this.#list.querySelectorAll("[role=option]")];
    const at = options.indexOf(event.target.closest("[role=option]"));
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: options.length - 1 };
    if (at < 0 || !(event.key in moves) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = options[moves[event.key]];
    if (next) this.#take(next);
  }
}

const isCalled = ({ type, name }, wanted) => comparable(`${type.replaceAll("_", " ")} ${name}`).includes(wanted);

const makeGroup = (group) => h("div", { role: "group", "aria-label": title(group.type) });

customElements.define("artifact-browser", ArtifactBrowser);
