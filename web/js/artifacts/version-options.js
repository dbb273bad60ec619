/** The versions of an artifact as the options of a select element. */

import { each, h, write } from "../dom.js";

/** @import { ArtifactItem } from "../api.d.ts" */

/**
 * @param {HTMLSelectElement} select
 * @param {ArtifactItem[]} versions oldest first
 * @param {string | undefined} value the id of the chosen one
 */
export function paintOptions(select, versions, value) {
  const newestFirst = [...versions].reverse();
  each(select, newestFirst, (version) => version.artifact_id, () => h("option", {}), (option, version) => {
    option.value = version.artifact_id;
    write(option, `Version ${version.version}${version.accepted_at ? "" : ", not accepted"}`);
  });
  if (value && select.value !== value) select.value = value;
}
