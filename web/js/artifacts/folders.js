/** Paths as a tree of folders. Pure: no DOM, no calls. */

/** @import { FilePublic } from "../api.d.ts" */

/** @typedef {{ name: string, path: string, size: number, children?: undefined }} FileEntry */
/** @typedef {{ name: string, children: TreeEntry[], path?: undefined }} FolderEntry */
/** @typedef {FileEntry | FolderEntry} TreeEntry */
/** @typedef {Map<string, FileEntry | Map<string, any>>} Folder by name; a folder inside has "/" at the end of its name */

/**
 * The entries of the topmost folder: a file is `{name, path, size}`, a folder `{name, children}`. Folders come first,
 * then by name; a folder that holds only one folder is one entry with it ("src/app").
 * @param {FilePublic[]} files
 */
export function folderTree(files) {
  const root = new Map();
  for (const { path, size } of files) {
    const names = path.split("/").filter(Boolean);
    const name = names.pop() ?? path;
    let folder = root;
    for (const one of names) {
      if (!(folder.get(`${one}/`) instanceof Map)) folder.set(`${one}/`, new Map());
      folder = folder.get(`${one}/`);
    }
    folder.set(name, { name, path, size });
  }
  return entries(root);
}

const order = new Intl.Collator("en", { numeric: true });

/**
 * @param {Folder} folder
 * @returns {TreeEntry[]}
 */
function entries(folder) {
  return [...folder]
    .map(([name, entry]) => (entry instanceof Map ? joined(name.slice(0, -1), entries(entry)) : entry))
    .sort((a, b) => Number(Boolean(b.children)) - Number(Boolean(a.children)) || order.compare(a.name, b.name));
}

/**
 * @param {string} name
 * @param {TreeEntry[]} children
 */
function joined(name, children) {
  const [only] = children;
  if (children.length > 1 || !only.children) return { name, children };
  return { name: `${name}/${only.name}`, children: only.children };
}

/**
 * The file that is shown first: a read-me where there is one, else the topmost.
 * @param {FilePublic[]} files
 */
export function firstFile(files) {
  /** @param {FilePublic} file */
  const depth = ({ path }) => path.split("/").length;
  const readMe = files.filter(({ path }) => /(^|\/)readme(\.\w+)?$/i.test(path)).sort((a, b) => depth(a) - depth(b))[0];
  return (readMe ?? files.find((file) => depth(file) === 1) ?? files[0])?.path ?? null;
}
