/** The question before something whose workflow does not go on is ended. */

import { h } from "../dom.js";

/** Resolves to whether the person means it; `what` is the project, or a task of it. */
export function confirmEnd(what) {
  return new Promise((decided) => {
    const end = (meant) => {
      decided(meant);
      dialog.close();
    };
    const closed = () => {
      decided(false);
      dialog.remove();
    };
    const dialog = h("dialog", { "aria-labelledby": "end-title", "aria-describedby": "end-lost", onclose: closed },
      h("div", { class: "dialog" },
        h("h2", { id: "end-title" }, `End ${what}?`),
        h("p", { id: "end-lost" },
          "It becomes cancelled, with what is open of it, and cannot be started again. Artifacts, decisions and log stay."),
        h("footer", {},
          h("button", { type: "button", autofocus: true, onclick: () => end(false) }, "Leave it"),
          h("button", { type: "button", class: "danger", onclick: () => end(true) }, `End ${what}`))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
