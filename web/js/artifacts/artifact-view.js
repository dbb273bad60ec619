/** `<artifact-view>`: the content of one version of an artifact, rendered for people. */

import { h, icon, onCustom } from "../dom.js";
import { insertInSteps, parseHtml } from "../html.js";
import { failure } from "../notices.js";
import { artifacts, isTemporary, Problem } from "../rest.js";
import { inSlices } from "../scheduling.js";
import { style } from "../style.js";
import { visible } from "../text.js";

/** @import { ArtifactItem, FilePublic } from "../api.d.ts" */

await style("artifacts.css");
await style("rendered.css");
await style("code.css");

const FILE_SETS = new Set(["application/vnd.botarmy.files+json", "application/zip"]);

/** `artifact` is an ArtifactItem, or null. Its content never changes: it is read once, when it is first visible. */
export class ArtifactView extends HTMLElement {
  /** @type {ArtifactItem | null} */
  #artifact = null;
  #controller = new AbortController();
  #visibility = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#open());

  connectedCallback() {
    if (this.#artifact) this.#visibility.observe(this);
  }

  disconnectedCallback() {
    this.#controller.abort();
    this.#visibility.disconnect();
  }

  get artifact() {
    return this.#artifact;
  }

  set artifact(artifact) {
    if (artifact?.artifact_id === this.#artifact?.artifact_id) return;
    this.#artifact = artifact;
    this.#controller.abort();
    this.#visibility.disconnect();
    if (!artifact) this.replaceChildren();
    else if (this.isConnected) this.#visibility.observe(this);
  }

  async #open() {
    this.#visibility.disconnect();
    const artifact = this.#artifact;
    if (!artifact) return;
    const { signal } = (this.#controller = new AbortController());
    const label = `Content of ${artifact.name}, version ${artifact.version}`;
    const page = h("div", { class: "artifact-page", role: "region", "aria-label": label, tabindex: "0" });
    const files = FILE_SETS.has(artifact.media_type) ? await this.#files(artifact, signal) : null;
    if (signal.aborted || files === undefined) return;
    if (files) {
      this.replaceChildren(h("div", { class: "artifact-files" }, this.#tree(artifact, files, page, signal), page));
    } else {
      this.replaceChildren(page);
      await this.#show(artifact, page, undefined, signal);
    }
  }

  /**
   * The files of a set; null if it cannot be read as a set, undefined if the request fails or is aborted.
   * @param {ArtifactItem} artifact
   * @param {AbortSignal} signal
   */
  async #files(artifact, signal) {
    this.setAttribute("aria-busy", "true");
    const loadingTimer = showLoadingLater(this);
    try {
      // The tree's module is loaded with the first set.
      const [{ items }] = await Promise.all([
        artifacts.files(artifact.artifact_id, { signal }),
        import("./file-tree.js"),
      ]);
      return items;
    } catch (error) {
      if (signal.aborted) return undefined;
      this.removeAttribute("aria-busy");
      if (error instanceof Problem && error.status === 409) return null;
      this.replaceChildren(failure(error, () => this.#open()));
      return undefined;
    } finally {
      clearTimeout(loadingTimer);
    }
  }

  /**
   * @param {ArtifactItem} artifact
   * @param {FilePublic[]} files
   * @param {HTMLElement} page
   * @param {AbortSignal} signal
   */
  #tree(artifact, files, page, signal) {
    const tree = h("file-tree", { files });
    let controller = new AbortController();
    /** @param {string} path */
    const show = (path) => {
      controller.abort();
      controller = new AbortController();
      const name = h("span", { class: "mono cut", dir: "auto", title: visible(path) }, visible(path));
      const body = h("div", {});
      page.setAttribute("aria-label", `Content of ${visible(path)}`);
      page.scrollTo(0, 0);
      page.replaceChildren(h("header", { class: "file-head" }, name, download(artifact, path)), body);
      this.#show(artifact, body, path, AbortSignal.any([signal, controller.signal]));
    };
    onCustom(tree, "file-select", ({ path }) => show(path));
    tree.selected = tree.first;
    if (tree.selected === null) {
      page.append(h("p", { class: "soft file-head" }, "It has no files."));
      this.removeAttribute("aria-busy");
    } else {
      show(tree.selected);
    }
    return tree;
  }

  /**
   * @param {ArtifactItem} artifact
   * @param {HTMLElement} place
   * @param {string | undefined} file
   * @param {AbortSignal} signal
   */
  async #show(artifact, place, file, signal) {
    this.setAttribute("aria-busy", "true");
    const loadingTimer = showLoadingLater(place);
    try {
      const html = await artifacts.html(artifact.artifact_id, file, { signal });
      clearTimeout(loadingTimer);
      if (signal.aborted) return;
      await inSlices(insertInSteps(parseHtml(html), place), signal);
      // The module is loaded with the first diagram.
      if (!signal.aborted && hasDiagram(place)) (await import("./diagrams.js")).drawDiagrams(place, signal);
    } catch (error) {
      clearTimeout(loadingTimer);
      if (signal.aborted) return;
      const retry = isTemporary(error) ? () => this.#show(artifact, place, file, signal) : undefined;
      place.replaceChildren(
        h(
          "div",
          { class: "artifact-unread" },
          failure(error, retry),
          !retry && h("p", {}, download(artifact, file, "Download it instead")),
        ),
      );
    } finally {
      if (!signal.aborted) this.removeAttribute("aria-busy");
    }
  }
}

/** Whether a document has a diagram: the API shows the language of a block, if it is not highlighted, as its caption. */
const hasDiagram = (/** @type {Element} */ place) =>
  [...place.querySelectorAll(".caption")].some(({ textContent }) => textContent.trim() === "mermaid");

/**
 * Show a notice after 150 ms, so that a quick response does not flash. Return the timer.
 * @param {HTMLElement} place
 */
const showLoadingLater = (place) =>
  setTimeout(() => place.replaceChildren(h("p", { class: "loading" }, "Loading…")), 150);

/**
 * A link that downloads a version, or one of its files.
 * @param {ArtifactItem} artifact
 * @param {string} [file] the path of one of its files
 */
export function download(artifact, file, text = "Download") {
  const href = artifacts.contentUrl(artifact.artifact_id, file);
  return h("a", { class: "download", href, download: file?.split("/").at(-1) ?? "" }, icon("download"), text);
}

customElements.define("artifact-view", ArtifactView);
