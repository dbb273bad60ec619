/** The link to a project's workflow in Temporal's web UI, if there is one: looked up when the menu is first opened. */

import { projects } from "../rest.js";

/** @import { MenuItem } from "../menu.js" */
/** @import { ProjectModel } from "./model.js" */

/**
 * The item, or null while no address is known. `found()` is called once it is.
 * @param {ProjectModel} model
 * @param {() => void} found
 * @returns {() => MenuItem | null}
 */
export function workflowItem(model, found) {
  /** The address; null if no web UI is configured. @type {string | null | undefined} */
  let url;
  let asked = false;

  async function lookUp() {
    asked = true;
    try {
      ({ url } = await projects.workflow(model.id, { signal: model.signal }));
    } catch {
      asked = false; // there is no workflow yet, or Temporal is unavailable: the next time
    }
    if (url) found();
  }

  return () => {
    if (!asked && model.project.status !== "starting") lookUp();
    return url ? { text: "Workflow in Temporal", icon: "elsewhere", href: url, elsewhere: true } : null;
  };
}
