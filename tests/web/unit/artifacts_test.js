import assert from "node:assert/strict";
import { test } from "node:test";
import { firstFile, folderTree } from "../../../web/js/artifacts/folders.js";
import { groupArtifacts, newest } from "../../../web/js/artifacts/versions.js";

/** @param {string[]} paths */
const files = (...paths) => paths.map((path) => ({ path, size: 1 }));

test("paths become folders; folders come first, and a chain of single folders is one", () => {
  const tree = folderTree(
    files("readme.md", "src/app/main.py", "src/app/2.py", "src/app/10.py", "docs/a.md", "docs/b.md"),
  );
  assert.deepEqual(tree.map(({ name }) => name), ["docs", "src/app", "readme.md"]);
  assert.deepEqual(tree[1].children?.map(({ name }) => name), ["2.py", "10.py", "main.py"]);
});

test("the file that is shown first is a read-me, else the topmost", () => {
  assert.equal(firstFile(files("a.py", "docs/README.md", "README.txt")), "README.txt");
  assert.equal(firstFile(files("src/a.py", "b.py")), "b.py");
  assert.equal(firstFile([]), null);
});

test("artifacts are grouped by type in the order of the pipeline, their versions oldest first", () => {
  /**
   * @param {string} type
   * @param {number} version
   */
  const artifact = (type, version) => /** @type {import("../../../web/js/api.d.ts").ArtifactItem} */ ({
    artifact_id: `${type}${version}`,
    type,
    name: type,
    version,
  });
  const sections = groupArtifacts(
    [artifact("source_code", 2), artifact("source_code", 1), artifact("user_input", 1), artifact("project_plan", 1)],
    undefined,
  );
  assert.deepEqual(sections.map(({ type }) => type), ["user_input", "project_plan", "source_code"]);
  const [group] = sections[2].artifactGroups;
  assert.deepEqual(group.versions.map(({ version }) => version), [1, 2]);
  assert.equal(newest(group).version, 2);
});
