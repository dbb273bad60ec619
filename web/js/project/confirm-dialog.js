/** The question before a project is called off. */

import { h } from "../dom.js";
import { count } from "../labels.js";
import { visible } from "../text.js";

const OPEN = ["pending", "working", "waiting_for_hitl"];

/** Resolves to whether the person means it. */
export function confirmCancel(model) {
  const open = model.progress.tasks.filter(({ status }) => OPEN.includes(status)).length;
  const requests = model.progress.open_requests.length;
  const lost = [
    open > 0 && `${count(open, "open task")} will be stopped; what is not written yet is lost.`,
    requests > 0 && `${count(requests, "open request")} will be closed without a response.`,
    "No further stage will run. A cancelled project cannot be resumed.",
  ].filter(Boolean);
  return new Promise((decided) => {
    const end = (meant) => {
      decided(meant);
      dialog.close();
    };
    const closed = () => {
      decided(false);
      dialog.remove();
    };
    const says = { "aria-labelledby": "cancel-title", "aria-describedby": "cancel-lost" };
    const dialog = h("dialog", { ...says, onclose: closed },
      h("div", { class: "dialog" },
        h("h2", { id: "cancel-title" }, "Cancel the project?"),
        h("div", { id: "cancel-lost", class: "cancel-lost" },
          h("p", { class: "soft cut", dir: "auto" }, visible(model.project.name)),
          h("ul", {}, lost.map((line) => h("li", {}, line))),
          h("p", {}, "Its artifacts, its decisions and its log stay.")),
        h("footer", {},
          h("button", { type: "button", autofocus: true, onclick: () => end(false) }, "Keep the project"),
          h("button", { type: "button", class: "danger", onclick: () => end(true) }, "Cancel the project"))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

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
