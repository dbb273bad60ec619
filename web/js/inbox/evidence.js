/** The artifacts that a request asks about: each document, and its changes since the previous version. */

import "../artifacts/artifact-view.js";
import { h, icon } from "../dom.js";
import { title } from "../labels.js";
import { addressedTab, rememberTab } from "./addresses.js";
import { commenting } from "./commenting.js";
import { comparison } from "./comparison.js";
import { tabs } from "./lazy-tabs.js";

/** @import { ArtifactContent, RequestPublic } from "../api.d.ts" */
/** @import { RemarkSet } from "./remark-set.js" */
/** @import { Remark } from "./remarks.js" */

/** @typedef {{ remarks: RemarkSet, comment: (remark: Remark) => void, commentable: boolean, signal: AbortSignal }} Commenting */
/** @typedef {"document" | "changes"} View */

/** @type {[View, string][]} */
const VIEWS = [["document", "Document"], ["changes", "Changes"]];

/**
 * The artifacts of a full request. In a later round, the changes are shown first, unless the address says otherwise.
 * `commentable` is false if the request cannot be sent back. `comment()` starts to choose a place to comment on.
 * @param {RequestPublic} request
 * @param {Commenting} options
 */
export function evidence(request, options) {
  const asked = new Set(request.artifacts.map(({ artifact_id }) => artifact_id));
  const shown = request.contents.map((item) => artifact(item, request, asked.has(item.artifact_id), options));
  const none = h("p", { class: "soft" }, "There is no document: the step ended before it wrote one.");
  const element = h("div", { class: "evidence" }, shown.length ? shown.map((one) => one.element) : none);
  return {
    element,
    comment: () => (shown[0] && options.commentable ? (shown[0].start(), true) : false),
    /** @param {string} id */
    showChanges: (id) => shown.find((one) => one.id === id)?.show("changes"),
  };
}

/**
 * @param {ArtifactContent} item
 * @param {RequestPublic} request
 * @param {boolean} asked
 * @param {Commenting} options
 */
function artifact(item, request, asked, options) {
  const name = `${title(item.type)}, version ${item.version}`;
  const commentable = options.commentable && asked;
  const views = item.previous_id ? VIEWS : VIEWS.slice(0, 1);
  /** @type {Map<View, ReturnType<typeof commenting>>} */
  const comments = new Map();
  // A report after many rounds of rework is shown as it is; after a person's feedback, the changes come first.
  const changed = request.round > 1 && asked && request.reason !== "failed_verdict";
  const first = item.previous_id ? addressedTab() ?? (changed ? "changes" : "document") : "document";
  let current = first;

  /** @param {View} view */
  function make(view) {
    const body = h(
      "div",
      { class: "artifact-body" },
      view === "changes" ? comparison(item, options.signal) : asItIs(item),
    );
    if (commentable) {
      const subject = { artifactId: item.artifact_id, view, name: `${title(item.type)} v${item.version}` };
      comments.set(view, commenting(body, subject, { ...options, back: () => begin }));
    }
    return body;
  }

  /** @param {View} view */
  function show(view) {
    current = view;
    bar.show(views.findIndex(([one]) => one === view));
  }

  const bar = tabs(name, views.map(([view, label]) => [label, () => make(view)]), {
    first: views.findIndex(([one]) => one === first),
    shown: (index) => rememberTab(current = views[index][0]),
  });
  const start = () => comments.get(current)?.start();
  const begin = h(
    "button",
    {
      type: "button",
      class: "quiet comment-start",
      title: "Choose a line to comment on",
      "aria-keyshortcuts": "l",
      onclick: start,
    },
    icon("comment", { width: 14, height: 14 }),
    "Comment",
    h("kbd", { "aria-hidden": "true" }, "l"),
  );
  options.remarks.addEventListener("jump", (event) => {
    const remark = /** @type {CustomEvent<Remark>} */ (event).detail;
    if (remark.artifactId !== item.artifact_id) return;
    show(remark.view);
    comments.get(remark.view)?.jump(remark);
  }, { signal: options.signal });
  options.remarks.addEventListener("keep", (event) => {
    const remark = /** @type {CustomEvent<Remark>} */ (event).detail;
    if (remark.artifactId !== item.artifact_id) return;
    show(remark.view);
    if (!comments.get(remark.view)?.resume(remark)) begin.focus();
  }, { signal: options.signal });
  const facts = h(
    "span",
    { class: "faint" },
    `${asked ? "" : "As edited · "}v${item.version} · by `,
    h("span", { dir: "auto" }, item.author),
  );
  const tools = h("div", { class: "artifact-tools" }, commentable && begin, views.length > 1 && bar.bar);
  const head = h("header", {}, h("h3", {}, title(item.type)), facts, tools);
  return {
    id: item.artifact_id,
    element: h("section", { class: "artifact panel", "aria-label": name }, head, bar.panels),
    start,
    show,
  };
}

/** @param {ArtifactContent} item */
function asItIs(item) {
  const view = document.createElement("artifact-view");
  view.artifact = item;
  return view;
}
