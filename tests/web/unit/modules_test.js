// How the page's modules depend on each other.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const ROOT = fileURLToPath(new URL("../../../web/js", import.meta.url));
const LONGEST = 200; // lines
const IMPORT = /^(?:import|export)\b[^"';]*"(\.{1,2}\/[^"]+)"|\bimport\("(\.{1,2}\/[^"]+)"\)/gm;

const modules = new Map(
  readdirSync(ROOT, { recursive: true, encoding: "utf-8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => [name, readFileSync(join(ROOT, name), "utf-8")]),
);

/** @param {string} text */
const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, "");

/** @param {string} name */
const imports = (name) =>
  [...withoutComments(modules.get(name) ?? "").matchAll(IMPORT)].map(([, whole, late]) =>
    relative(ROOT, normalize(join(ROOT, dirname(name), whole ?? late)))
  );

test("no module imports itself, at any distance, also not with import()", () => {
  const finished = new Set();
  /**
   * @param {string} name
   * @param {string[]} way
   */
  const visit = (name, way) => {
    assert.ok(!way.includes(name), [...way, name].join(" -> "));
    if (finished.has(name)) return;
    for (const other of imports(name)) visit(other, [...way, name]);
    finished.add(name);
  };
  for (const name of modules.keys()) visit(name, []);
});

test("every module is reached from main.js", () => {
  const found = new Set(["main.js", "theme.js"]);
  for (const name of found) for (const other of imports(name)) found.add(other);
  assert.deepEqual([...modules.keys()].filter((name) => !found.has(name)), []);
});

test("no module is longer than two screens", () => {
  const long = [...modules].filter(([, text]) => text.split("\n").length - 1 > LONGEST).map(([name]) => name);
  assert.deepEqual(long, []);
});

test("only http.js calls fetch, and only live.js opens a WebSocket", () => {
  /** @param {RegExp} pattern */
  const using = (pattern) => [...modules].filter(([, text]) => pattern.test(text)).map(([name]) => name);
  assert.deepEqual(using(/\bfetch\(/), ["http.js"]);
  assert.deepEqual(using(/new WebSocket\(/), ["live.js"]);
});

test("no module makes a format as it is loaded", () => {
  // For its first Intl object, a browser needs 10 to 30 ms, before it shows anything.
  const eager = [...modules].filter(([, text]) => /^(?:export )?(?:const|let) \w+ = new Intl\./m.test(text));
  assert.deepEqual(eager.map(([name]) => name), []);
});
