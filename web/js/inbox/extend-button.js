/** The button that extends a deadline, for places that only show it. Its dialog is loaded when it is first pressed. */

import { h } from "../dom.js";
import { me } from "../me.js";
import { messageOf, toast } from "../notices.js";
import { pending } from "../pending.js";

/** @import { PendingRequest, RequestItem } from "../api.d.ts" */

/**
 * The button, or null for those who may not extend it.
 * @param {PendingRequest | RequestItem} request
 */
export function extendButton(request) {
  if (!me.may("decide", request.project_id)) return null;
  const onclick = async () => {
    try {
      const { extendDialog } = await import("./deadline-line.js");
      extendDialog(request, () => pending.refresh());
    } catch (error) {
      toast(`That did not work: ${messageOf(error)}`);
    }
  };
  return h(
    "button",
    { type: "button", class: "quiet extend", dataset: { changes: "" }, onclick },
    "Extend …",
    h("span", { class: "visually-hidden" }, ` the deadline of ${request.title}`),
  );
}
