/** The artifacts that a request asks about: each as it is, and its changes since the previous version. */

import "../artifacts/artifact-view.js";
import "../artifacts/diff-view.js";
import { h } from "../dom.js";
import { bytes, title } from "../labels.js";

/** @import { ArtifactContent, RequestPublic } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */

/**
 * The artifacts of a full request; in a later round, the changes are shown first.
 * @param {RequestPublic} request
 */
export function evidence(request) {
  const asked = new Set(request.artifacts.map(({ artifact_id }) => artifact_id));
  if (!request.contents.length) {
    return h("p", { class: "soft" }, "There is no artifact: the step ended before it wrote one.");
  }
  const parts = request.contents.map((item) => artifact(item, request, asked.has(item.artifact_id)));
  return h("div", { class: "evidence" }, parts);
}

/**
 * @param {ArtifactContent} item
 * @param {RequestPublic} request
 * @param {boolean} asked
 */
function artifact(item, request, asked) {
  const name = `${title(item.type)}, version ${item.version}`;
  const heading = h("h3", {}, title(item.type));
  const facts = h(
    "span",
    { class: "faint" },
    `${asked ? "" : "As amended · "}version ${item.version} · ${bytes(item.size)} · by `,
    h("span", { dir: "auto" }, item.author),
  );
  /** @param {...Child} parts */
  const section = (...parts) => h("section", { class: "artifact panel", "aria-label": name }, parts);
  if (!item.previous_id) return section(h("header", {}, heading, facts), asItIs(item));
  // A report after many rounds of rework is shown as it is; after a person's feedback, the changes come first.
  const first = request.round > 1 && asked && request.reason !== "failed_verdict" ? 1 : 0;
  /** @type {[label: string, make: () => Node][]} */
  const views = [["As it is", () => asItIs(item)], ["What changed", () => whatChanged(item)]];
  const { bar, panels } = tabs(name, views, first);
  return section(h("header", {}, heading, facts, bar), panels);
}

/** @param {ArtifactContent} item */
function asItIs(item) {
  const view = document.createElement("artifact-view");
  view.artifact = item;
  return h("div", { class: "artifact-body" }, view);
}

/** @param {ArtifactContent} item */
function whatChanged(item) {
  const view = document.createElement("diff-view");
  view.show(item.artifact_id, item.previous_id);
  return h("div", { class: "artifact-body" }, view);
}

let lastId = 0;

/**
 * Tabs. `list` holds `[label, make]`, `first` is the index of the tab to show, `name` is for screen readers.
 * @param {string} name
 * @param {[label: string, make: () => Node][]} list
 */
export function tabs(name, list, first = 0) {
  const id = `tabs-${(lastId += 1)}`;
  const buttons = list.map(([label], index) =>
    h("button", {
      type: "button",
      role: "tab",
      id: `${id}-${index}`,
      "aria-controls": `${id}-panel-${index}`,
      onclick: () => show(index),
    }, label)
  );
  const panels = list.map((_, index) =>
    h("div", {
      role: "tabpanel",
      id: `${id}-panel-${index}`,
      "aria-labelledby": `${id}-${index}`,
      hidden: true,
    })
  );
  const bar = h("div", {
    class: "tabs",
    role: "tablist",
    "aria-label": name,
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = (buttons.findIndex((button) => button === document.activeElement) + step + list.length) %
        list.length;
      show(next);
      buttons[next].focus();
    },
  }, buttons);

  /** @param {number} index */
  function show(index) {
    for (const [at, button] of buttons.entries()) {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
      panels[at].hidden = at !== index;
    }
    if (!panels[index].firstChild) panels[index].append(list[index][1]());
  }

  show(first);
  return { bar, panels };
}
