/** What a request asks about: each artifact as it is, and what changed since the version before it. */

import { h } from "../dom.js";
import "../elements/artifact-view.js";
import "../elements/diff-view.js";
import { bytes, title } from "../words.js";
import { tabs } from "./tabs.js";

/** The artifacts of a whole request; in a later round what changed comes first. */
export function evidence(request) {
  const asked = new Set(request.artifacts.map((one) => one.artifact_id));
  if (!request.contents.length) {
    return h("p", { class: "soft" }, "There is no artifact: the step ended before it wrote one.");
  }
  const parts = request.contents.map((one) => artifact(one, request, asked.has(one.artifact_id)));
  return h("div", { class: "evidence" }, parts);
}

function artifact(item, request, asked) {
  const name = `${title(item.type)}, version ${item.version}`;
  const heading = h("h3", {}, title(item.type));
  const facts = h("span", { class: "faint" },
    `${asked ? "" : "As amended · "}version ${item.version} · ${bytes(item.size)} · by `,
    h("span", { dir: "auto" }, item.author));
  const section = (...parts) => h("section", { class: "artifact panel", "aria-label": name }, parts);
  if (!item.previous_id) return section(h("header", {}, heading, facts), asItIs(item));
  // A report after many rounds of rework is read as it is; after a person's feedback, what came of that counts.
  const first = request.round > 1 && asked && request.reason !== "failed_verdict" ? 1 : 0;
  const views = [["As it is", () => asItIs(item)], ["What changed", () => whatChanged(item)]];
  const { bar, panels } = tabs(name, views, first);
  return section(h("header", {}, heading, facts, bar), panels);
}

function asItIs(item) {
  const view = document.createElement("artifact-view");
  view.artifact = item;
  return h("div", { class: "artifact-body" }, view);
}

function whatChanged(item) {
  const view = document.createElement("diff-view");
  view.show(item.artifact_id, item.previous_id);
  return h("div", { class: "artifact-body" }, view);
}
