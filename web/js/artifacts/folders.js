/** Paths as a tree of folders. Pure: no DOM, no calls. */

/**
 * The entries of the topmost folder: a file is `{name, path, size}`, a folder `{name, children}`. Folders come first,
 * then by name; a folder that holds nothing but one folder stands with it in one entry ("src/app").
 */
export function folded(files) {
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

function entries(folder) {
  return [...folder]
    .map(([name, entry]) => (entry instanceof Map ? joined(name.slice(0, -1), entries(entry)) : entry))
    .sort((a, b) => Boolean(b.children) - Boolean(a.children) || order.compare(a.name, b.name));
}

function joined(name, children) {
  const [only] = children;
  if (children.length > 1 || !only.children) return { name, children };
  return { name: `${name}/${only.name}`, children: only.children };
}

/** The file that is shown first: a read-me where there is one, else the topmost. */
export function firstFile(files) {
  const depth = ({ path }) => path.split("/").length;
  const readMe = files.filter(({ path }) => /(^|\/)readme(\.\w+)?$/i.test(path)).sort((a, b) => depth(a) - depth(b))[0];
  return (readMe ?? files.find((file) => depth(file) === 1) ?? files[0])?.path ?? null;
}
