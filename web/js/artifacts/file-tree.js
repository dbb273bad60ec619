/** `<file-tree>`: files in their folders, to choose one from. */

import { h, icon } from "../dom.js";
import { bytes } from "../labels.js";
import { comparable, visible } from "../text.js";
import { firstFile, folded } from "./folders.js";

/** With more files than this, folders begin closed. */
const OPEN_UP_TO = 200;

/**
 * `files` is a list of `{path, size}`, `selected` a path or null. A `file-select` event (`detail.path`) tells that the
 * reader chose a file. Folders fill when they are first opened, so a thousand files cost what is seen of them.
 */
export class FileTree extends HTMLElement {
  #root = null;
  #tree = h("ul", { role: "tree", "aria-label": "Files", class: "tree" });
  #selected = null;
  #first = null;
  #typed = "";
  #typing = 0;

  constructor() {
    super();
    this.#tree.addEventListener("click", (event) => this.#click(event));
    this.#tree.addEventListener("keydown", (event) => this.#key(event));
  }

  connectedCallback() {
    if (!this.#tree.isConnected) this.append(this.#tree);
  }

  /** The path of the file to begin with, or null. */
  get first() {
    return this.#first;
  }

  set files(files) {
    this.#root = folded(files);
    this.#first = firstFile(files);
    this.#tree.replaceChildren(...this.#items(this.#root, 1, files.length <= OPEN_UP_TO));
    this.#mark();
    this.#stop(this.#at(this.#selected) ?? this.#tree.firstElementChild);
  }

  get selected() {
    return this.#selected;
  }

  set selected(path) {
    this.#selected = path;
    if (!this.#root) return;
    this.#reveal(path);
    this.#mark();
    const item = this.#at(path);
    if (item) this.#stop(item);
  }

  #items(folder, level, open) {
    return folder.map((entry) => (entry.children ? this.#folder(entry, level, open) : this.#file(entry, level)));
  }

  #folder(entry, level, open) {
    const item = treeitem(`${visible(entry.name)}, folder`, level, { "aria-expanded": "false" },
      icon("chevron", { class: "tree-turn" }), icon("folder"), name(entry.name, entry.name));
    item.fill = () => {
      item.fill = null;
      item.append(h("ul", { role: "group" }, this.#items(entry.children, level + 1, open)));
    };
    item.entry = entry;
    if (open) this.#expand(item, true);
    return item;
  }

  #file(entry, level) {
    const size = bytes(entry.size);
    const label = `${visible(entry.name)}, ${size}`;
    return treeitem(label, level, { "aria-selected": "false", dataset: { path: entry.path } },
      icon("file"), name(entry.name, entry.path), h("span", { class: "tree-size" }, size));
  }

  #expand(item, open) {
    if (open) item.fill?.();
    item.setAttribute("aria-expanded", String(open));
  }

  /** Open the folders on the way to a file. */
  #reveal(path) {
    const way = (items) => items.some((item) => {
      if (item.dataset.path === path) return true;
      if (!item.entry || !holds(item.entry, path)) return false;
      this.#expand(item, true);
      return way([...item.lastElementChild.children]);
    });
    way([...this.#tree.children]);
  }

  #at(path) {
    return path === null ? null : this.#tree.querySelector(`[data-path="${CSS.escape(path)}"]`);
  }

  #mark() {
    for (const item of this.#tree.querySelectorAll("[aria-selected=true]")) item.setAttribute("aria-selected", "false");
    this.#at(this.#selected)?.setAttribute("aria-selected", "true");
  }

  /** Let one item be where Tab stops. */
  #stop(item) {
    for (const other of this.#tree.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    if (item) item.tabIndex = 0;
  }

  #choose(item) {
    if (item.entry) {
      this.#expand(item, item.getAttribute("aria-expanded") !== "true");
      return;
    }
    this.#selected = item.dataset.path;
    this.#mark();
    this.dispatchEvent(new CustomEvent("file-select", { detail: { path: this.#selected }, bubbles: true }));
  }

  #click(event) {
    const item = event.target.closest("[role=treeitem]");
    if (!item) return;
    this.#stop(item);
    item.focus({ preventScroll: true });
    this.#choose(item);
  }

  #key(event) {
    const item = event.target.closest("[role=treeitem]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = [...this.#tree.querySelectorAll("[role=treeitem]")]
      .filter((one) => !one.parentElement.closest("[aria-expanded=false]"));
    const at = shown.indexOf(item);
    const open = item.getAttribute("aria-expanded");
    const moves = {
      ArrowDown: () => shown[at + 1],
      ArrowUp: () => shown[at - 1],
      Home: () => shown[0],
      End: () => shown.at(-1),
      ArrowRight: () => (open === "false" ? this.#expand(item, true) : open && shown[at + 1]),
      ArrowLeft: () => (open === "true" ? this.#expand(item, false) : item.parentElement.closest("[role=treeitem]")),
      Enter: () => this.#choose(item),
      " ": () => this.#choose(item),
    };
    const move = moves[event.key] ?? (event.key.length === 1 && (() => this.#typeahead(event.key, shown, at)));
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const next = move();
    if (!next) return;
    this.#stop(next);
    next.focus();
  }

  #typeahead(key, shown, at) {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => { this.#typed = ""; }, 700);
    this.#typed += key;
    const from = this.#typed.length > 1 ? at : at + 1;
    return [...shown.slice(from), ...shown.slice(0, from)]
      .find((one) => comparable(one.getAttribute("aria-label")).startsWith(comparable(this.#typed)));
  }
}

const name = (text, whole) => h("span", { class: "cut", dir: "auto", title: visible(whole) }, visible(text));

function treeitem(label, level, more, ...children) {
  const properties = { role: "treeitem", "aria-label": label, "aria-level": String(level), tabindex: "-1", ...more };
  return h("li", { ...properties, style: { "--level": level } }, h("span", { class: "tree-row" }, children));
}

const holds = (entry, path) => (entry.children ? entry.children.some((one) => holds(one, path)) : entry.path === path);

customElements.define("file-tree", FileTree);
