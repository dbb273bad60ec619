/** Paths as a tree of folders. Pure: no DOM, no requests. */

import { naturalOrder } from "../text.js";

/** @import { FilePublic } from "../api.d.ts" */

/** @typedef {{ name: string, path: string, size: number, children?: undefined }} FileEntry */
/** @typedef {{ name: string, children: TreeEntry[], path?: undefined }} FolderEntry */
/** @typedef {FileEntry | FolderEntry} TreeEntry */
/** @typedef {Map<string, FileEntry | Map<string, any>>} Folder by name; the name of a subfolder ends with "/" */

/**
 * The entries of the root folder, folders first, each kind by name. A folder that contains only a folder is merged with
 * it ("src/app").
 * @param {FilePublic[]} files
 */
export function folderTree(files) {
  const root = new Map();
  for (const { path, size } of files) {
    const names = path.split("/").filter(Boolean);
    const name = names.pop() ?? path;
    let folder = root;
    for (const parent of names) {
      if (!(folder.get(`${parent}/`) instanceof Map)) folder.set(`${parent}/`, new Map());
      folder = folder.get(`${parent}/`);
    }
    folder.set(name, { name, path, size });
  }
  return entries(root);
}

/**
 * @param {Folder} folder
 * @returns {TreeEntry[]}
 */
function entries(folder) {
  return [...folder]
    .map(([name, entry]) => (entry instanceof Map ? merged(name.slice(0, -1), entries(entry)) : entry))
    .sort((a, b) => Number(Boolean(b.children)) - Number(Boolean(a.children)) || naturalOrder(a.name, b.name));
}

/**
 * @param {string} name
 * @param {TreeEntry[]} children
 */
function merged(name, children) {
  const [only] = children;
  if (children.length > 1 || !only.children) return { name, children };
  return { name: `${name}/${only.name}`, children: only.children };
}

/**
 * The path of the file that is shown first: a readme if there is one, else the first file of the root folder.
 * @param {FilePublic[]} files
 */
export function firstFile(files) {
  /** @param {FilePublic} file */
  const depth = ({ path }) => path.split("/").length;
  const readme = files.filter(({ path }) => /(^|\/)readme(\.\w+)?$/i.test(path)).sort((a, b) => depth(a) - depth(b))[0];
  return (readme ?? files.find((file) => depth(file) === 1) ?? files[0])?.path ?? null;
}
