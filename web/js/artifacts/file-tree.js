/** `<file-tree>`: the files of a set in their folders, of which a reader selects one. */

import { childrenOf, closest, h } from "../dom.js";
import { firstFile, folderTree } from "./folders.js";
import { contains, fileItem, folderItem, parentItem, Typeahead } from "./tree-items.js";

/** @import { FilePublic } from "../api.d.ts" */
/** @import { FolderEntry, TreeEntry } from "./folders.js" */

/** With more files than this, folders are closed at first. */
const OPEN_UP_TO = 200;

/**
 * `files` is a list of `{path, size}`, `selected` a path or null. A `file-select` event (`detail.path`) is dispatched
 * when the reader selects a file. A folder is filled when it is first opened: of many files, only those that are seen
 * become elements.
 */
export class FileTree extends HTMLElement {
  /** @type {TreeEntry[] | null} */
  #root = null;
  #tree = h("ul", { role: "tree", "aria-label": "Files", class: "tree" });
  /** @type {string | null} */
  #selected = null;
  /** @type {string | null} */
  #first = null;
  /** @type {WeakMap<Element, FolderEntry>} */
  #folders = new WeakMap();
  /** @type {WeakMap<Element, () => void>} called when a folder is first opened */
  #fillers = new WeakMap();
  #typeahead = new Typeahead();

  constructor() {
    super();
    this.#tree.addEventListener("click", (event) => this.#click(event));
    this.#tree.addEventListener("keydown", (event) => this.#key(event));
  }

  connectedCallback() {
    if (!this.#tree.isConnected) this.append(this.#tree);
  }

  /** The path of the file to select first, or null. */
  get first() {
    return this.#first;
  }

  /** @param {FilePublic[]} files */
  set files(files) {
    this.#root = folderTree(files);
    this.#first = firstFile(files);
    this.#tree.replaceChildren(...this.#items(this.#root, 1, files.length <= OPEN_UP_TO));
    this.#markSelected();
    this.#setTabStop(this.#itemOf(this.#selected) ?? this.#tree.firstElementChild);
  }

  get selected() {
    return this.#selected;
  }

  set selected(path) {
    this.#selected = path;
    if (!this.#root) return;
    this.#reveal(path);
    this.#markSelected();
    const item = this.#itemOf(path);
    if (item) this.#setTabStop(item);
  }

  /**
   * @param {TreeEntry[]} folder
   * @param {number} level
   * @param {boolean} open
   */
  #items(folder, level, open) {
    return folder.map((entry) => (entry.children ? this.#folder(entry, level, open) : fileItem(entry, level)));
  }

  /**
   * @param {FolderEntry} entry
   * @param {number} level
   * @param {boolean} open
   */
  #folder(entry, level, open) {
    const item = folderItem(entry.name, level);
    this.#fillers.set(item, () => {
      this.#fillers.delete(item);
      item.append(h("ul", { role: "group" }, this.#items(entry.children, level + 1, open)));
    });
    this.#folders.set(item, entry);
    if (open) this.#expand(item, true);
    return item;
  }

  /**
   * @param {HTMLElement} item
   * @param {boolean} open
   */
  #expand(item, open) {
    if (open) this.#fillers.get(item)?.();
    item.setAttribute("aria-expanded", String(open));
  }

  /**
   * Open the folders that contain a file.
   * @param {string | null} path
   */
  #reveal(path) {
    /**
     * @param {HTMLElement[]} items
     * @returns {boolean}
     */
    const openIn = (items) =>
      items.some((item) => {
        if (item.dataset.path === path) return true;
        const folder = this.#folders.get(item);
        if (!folder || !contains(folder, path)) return false;
        this.#expand(item, true);
        return Boolean(item.lastElementChild) && openIn(childrenOf(/** @type {Element} */ (item.lastElementChild)));
      });
    openIn(childrenOf(this.#tree));
  }

  /** @param {string | null} path */
  #itemOf(path) {
    return path === null ? null : this.#tree.querySelector(`[data-path="${CSS.escape(path)}"]`);
  }

  #markSelected() {
    for (const item of this.#tree.querySelectorAll("[aria-selected=true]")) item.setAttribute("aria-selected", "false");
    this.#itemOf(this.#selected)?.setAttribute("aria-selected", "true");
  }

  /**
   * Make an item the one that Tab reaches.
   * @param {Element | null} item
   */
  #setTabStop(item) {
    for (const other of this.#tree.querySelectorAll("[tabindex='0']")) other.setAttribute("tabindex", "-1");
    item?.setAttribute("tabindex", "0");
  }

  /** @param {HTMLElement} item */
  #choose(item) {
    if (this.#folders.has(item)) {
      this.#expand(item, item.getAttribute("aria-expanded") !== "true");
      return;
    }
    this.#selected = item.dataset.path ?? null;
    this.#markSelected();
    this.dispatchEvent(new CustomEvent("file-select", { detail: { path: this.#selected }, bubbles: true }));
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const item = closest(event, "[role=treeitem]");
    if (!item) return;
    this.#setTabStop(item);
    item.focus({ preventScroll: true });
    this.#choose(item);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const item = closest(event, "[role=treeitem]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = /** @type {HTMLElement[]} */ ([...this.#tree.querySelectorAll("[role=treeitem]")])
      .filter((other) => !other.parentElement?.closest("[aria-expanded=false]"));
    const at = shown.indexOf(item);
    const open = item.getAttribute("aria-expanded");
    /** @type {Record<string, () => HTMLElement | null | undefined | void | false | "">} */
    const moves = {
      ArrowDown: () => shown[at + 1],
      ArrowUp: () => shown[at - 1],
      Home: () => shown[0],
      End: () => shown.at(-1),
      ArrowRight: () => (open === "false" ? this.#expand(item, true) : open && shown[at + 1]),
      ArrowLeft: () => (open === "true" ? this.#expand(item, false) : parentItem(item)),
      Enter: () => this.#choose(item),
      " ": () => this.#choose(item),
    };
    const move = moves[event.key] ?? (event.key.length === 1 && (() => this.#typeahead.find(event.key, shown, at)));
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const next = move();
    if (!next) return;
    this.#setTabStop(next);
    next.focus();
  }
}

customElements.define("file-tree", FileTree);
