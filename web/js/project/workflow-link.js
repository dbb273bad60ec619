/** The link to a project's workflow in Temporal's web UI, which is looked up when the menu is first opened. */

import { toast } from "../notices.js";
import { messageOf } from "../notices.js";
import { Problem, projects } from "../rest.js";

/** @import { MenuItem } from "../menu.js" */
/** @import { ProjectModel } from "./model.js" */

/** @param {ProjectModel} model */
export function workflowItem(model) {
  /** Opens the workflow in a new tab, or says why there is none. */
  async function open() {
    const { project } = model;
    if (project.workflow_problem?.kind === "missing") return toast("Temporal runs no workflow for this project.");
    if (project.status === "starting") return toast("The project's workflow has not started yet.");
    try {
      const { url } = await projects.workflow(model.id, { signal: model.signal });
      if (url) return globalThis.open(url, "_blank", "noopener");
      toast("Temporal's web UI is not configured; botarmy up --temporal-ui starts one.");
    } catch (error) {
      if (model.signal.aborted) return;
      const missing = error instanceof Problem && error.status === 404;
      toast(missing ? "Temporal has no workflow for this project: not yet, or no longer." : messageOf(error));
    }
  }
  /** @returns {MenuItem} */
  return () => ({ text: "Workflow in Temporal", icon: "elsewhere", run: open });
}
