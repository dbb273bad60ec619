/** The dialogs that stop something, and release a stop. Both need a reason. */

import { h } from "../dom.js";
import { field } from "../field.js";
import { COMMENT_LIMIT, responder } from "../inbox/responding.js";
import { me } from "../me.js";
import { toast } from "../notices.js";
import { formDialog, showFieldErrors } from "../project/form-dialog.js";
import { catalogue, projects, stops } from "../rest.js";
import { heldStops } from "./held-stops.js";
import { choices, stopped } from "./wording.js";

/** @import { StopPublic } from "../api.d.ts" */

/** @param {string} placeholder */
const reasonField = (placeholder) =>
  field(
    "Reason",
    h("textarea", { rows: 3, maxLength: COMMENT_LIMIT, dir: "auto", placeholder }),
    "Everyone who follows the projects can read it.",
  );

/**
 * Ask what to stop, and why. May throw a Problem.
 * @param {string | null} project the one that is shown
 */
export async function stopDialog(project) {
  const [roles, tasks] = await possible(project);
  const offered = choices(project, roles, tasks).filter(({ target }) => target.scope !== "all" || me.may("run"));
  const what = field(
    "What to stop",
    h("select", { autofocus: true }, offered.map(({ label }, index) => h("option", { value: String(index) }, label))),
  );
  const reason = reasonField("The bill is too high.");
  const dialog = formDialog({
    heading: "Stop",
    text:
      "Within 5 seconds nothing of it runs or spends any more. Reviews still accept responses, and their deadlines " +
      "are on hold. After the release, every step continues where it was. A step that was stopped by itself asks for a review.",
    fields: [what.element, reason.element],
    required: [[reason, "Say why."]],
    submit: "Stop now",
    send: async () => {
      const { label, target } = offered[Number(what.input.value)];
      await stops.create({ ...target, reason: reason.input.value.trim(), by: responder.name });
      heldStops.refresh();
      toast(`Stopped: ${label}.`);
    },
    /** @param {unknown} error */
    showErrors: (error) => showFieldErrors({ reason }, error),
  });
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * Ask why a stop is released.
 * @param {StopPublic} stop
 * @param {string | null} project the one that is shown
 */
export function releaseDialog(stop, project) {
  const reason = reasonField("The budget was raised.");
  const dialog = formDialog({
    heading: `Release: ${stopped(stop, project).toLowerCase()}`,
    text: "What it stopped continues within 30 seconds, unless another stop holds it, too.",
    fields: [reason.element],
    required: [[reason, "Say why it may continue."]],
    submit: "Release",
    send: async () => {
      await stops.release(stop.stop_id, { reason: reason.input.value.trim(), by: responder.name });
      heldStops.refresh();
      toast("Released.");
    },
    /** @param {unknown} error */
    showErrors: (error) => showFieldErrors({ reason }, error),
  });
  document.body.append(dialog);
  dialog.showModal();
  reason.input.focus();
}

/**
 * The roles and the tasks that may be stopped.
 * @param {string | null} project
 * @returns {Promise<[string[], import("../api.d.ts").TaskPublic[]]>}
 */
async function possible(project) {
  if (project === null) return [(await catalogue.agents()).items.map(({ agent_type: role }) => role), []];
  const [{ pipeline_definition: pipeline }, { tasks }] = await Promise.all([
    projects.get(project),
    projects.status(project),
  ]);
  return [[...new Set(pipeline.stages.map(({ agent }) => agent))], tasks];
}
