/** What changed in a document since its previous version, or since an earlier one, which the address then names. */

import "../artifacts/diff-view.js";
import { h, valueOf } from "../dom.js";
import { projects } from "../rest.js";
import { addressedVersion, rememberVersion } from "./addresses.js";

/** @import { ArtifactContent } from "../api.d.ts" */

/**
 * @param {ArtifactContent} item
 * @param {AbortSignal} signal
 */
export function comparison(item, signal) {
  const view = document.createElement("diff-view");
  const choice = h("select", { onchange: choose });
  const label = h("label", { class: "compared", hidden: true }, h("span", { class: "soft" }, "Compared with"), choice);
  /** @type {Map<number, string>} the ids of earlier versions */
  let ids = new Map();

  /** @param {Event} event */
  function choose(event) {
    rememberVersion(valueOf(event));
    show();
  }

  function show() {
    const version = addressedVersion();
    view.show(item.artifact_id, (version && ids.get(version)) || item.previous_id);
  }

  async function offer() {
    const all = await projects.artifacts(item.project_id, { signal });
    const earlier = all.filter(({ type, name, version }) =>
      type === item.type && name === item.name && version < item.version
    );
    earlier.sort((a, b) => b.version - a.version);
    ids = new Map(earlier.map(({ version, artifact_id: id }) => [version, id]));
    label.hidden = false;
    choice.replaceChildren(...earlier.map(({ version }) => h("option", { value: String(version) }, `v${version}`)));
    const chosen = addressedVersion();
    if (chosen && ids.has(chosen)) choice.value = String(chosen);
  }

  // If the versions cannot be read, the previous one is compared.
  if (item.version > 2) offer().then(show, show);
  else show();
  return h("div", {}, label, view);
}
