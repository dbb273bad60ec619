/** Asks for confirmation before something is lost. */

import { h } from "./dom.js";

/** @import { Child } from "./elements.d.ts" */

/**
 * Ask for confirmation; `keep` and `confirm` are the texts of the buttons. Resolves to whether the person confirms.
 * @param {{ heading: string, body: Child, keep: string, confirm: string }} texts
 * @returns {Promise<boolean>}
 */
export function confirmDialog({ heading, body, keep, confirm }) {
  return new Promise((resolve) => {
    /** @param {boolean} confirmed */
    const answer = (confirmed) => {
      resolve(confirmed);
      dialog.close();
    };
    const onclose = () => {
      resolve(false);
      dialog.remove();
    };
    const labels = { "aria-labelledby": "confirm-title", "aria-describedby": "confirm-body" };
    const dialog = h(
      "dialog",
      { ...labels, onclose },
      h(
        "div",
        { class: "dialog" },
        h("h2", { id: "confirm-title" }, heading),
        body,
        h(
          "footer",
          {},
          h("button", { type: "button", autofocus: true, onclick: () => answer(false) }, keep),
          h(
            "button",
            { type: "button", class: "danger", dataset: { changes: "" }, onclick: () => answer(true) },
            confirm,
          ),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
