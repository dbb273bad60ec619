/** The items of a file tree, and the search for one by typing. */

import { h, icon } from "../dom.js";
import { bytes } from "../labels.js";
import { comparable, visible } from "../text.js";

/** @import { Properties } from "../dom.js" */
/** @import { Child } from "../elements.d.ts" */
/** @import { FileEntry, TreeEntry } from "./folders.js" */

const TYPING_PAUSE = 700; // ms without a key, after which a new search begins

/**
 * @param {string} name
 * @param {number} level
 */
export const folderItem = (name, level) =>
  treeItem(
    `${visible(name)}, folder`,
    level,
    { "aria-expanded": "false" },
    icon("chevron", { class: "tree-turn" }),
    icon("folder"),
    cutText(name, name),
  );

/**
 * @param {FileEntry} entry
 * @param {number} level
 */
export function fileItem({ name, path, size }, level) {
  const properties = { "aria-selected": "false", dataset: { path } };
  return treeItem(
    `${visible(name)}, ${bytes(size)}`,
    level,
    properties,
    icon("file"),
    cutText(name, path),
    h("span", { class: "tree-size" }, bytes(size)),
  );
}

/**
 * @param {string} label
 * @param {number} level
 * @param {Properties} more
 * @param {...Child} children
 */
function treeItem(label, level, more, ...children) {
  const properties = { role: "treeitem", "aria-label": label, "aria-level": String(level), tabindex: "-1", ...more };
  return h("li", { ...properties, style: { "--level": level } }, h("span", { class: "tree-row" }, children));
}

/**
 * @param {string} text
 * @param {string} whole shown as a tooltip
 */
const cutText = (text, whole) => h("span", { class: "cut", dir: "auto", title: visible(whole) }, visible(text));

/**
 * Whether a folder contains a file, at any depth; a file contains itself.
 * @param {TreeEntry} entry
 * @param {string | null} path
 * @returns {boolean}
 */
export function contains(entry, path) {
  return entry.children ? entry.children.some((child) => contains(child, path)) : entry.path === path;
}

/**
 * The item of the folder that an item is in, or null.
 * @param {HTMLElement} item
 * @returns {HTMLElement | null}
 */
export const parentItem = (item) => item.parentElement?.closest("[role=treeitem]") ?? null;

/** Finds items by the first letters of their labels. */
export class Typeahead {
  #typed = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string} key
   * @param {HTMLElement[]} items
   * @param {number} at the index of the current one
   */
  find(key, items, at) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#typed = "";
    }, TYPING_PAUSE);
    this.#typed += key;
    const from = this.#typed.length > 1 ? at : at + 1;
    return [...items.slice(from), ...items.slice(0, from)]
      .find((item) => comparable(item.getAttribute("aria-label") ?? "").startsWith(comparable(this.#typed)));
  }
}
