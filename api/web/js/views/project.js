/** One project: its pipeline, its agents, its log, and what they wrote. */

import { h } from "../dom.js";
import { ProjectModel } from "../project/model.js";
import { badge } from "../status.js";

export async function open(root, { params: [id], signal, title }) {
  const model = new ProjectModel(id, signal);
  await model.open();
  const head = h("header", { class: "view-head" });
  const log = h("ol", {});
  root.append(head, log);
  const paint = () => {
    title(model.project.name);
    head.replaceChildren(h("h1", {}, model.project.name), badge("project", model.project.status));
  };
  model.addEventListener("change", paint);
  model.addEventListener("events", ({ detail }) => log.append(...detail.map((event) => h("li", {}, `${event.seq} ${event.event_type}`))));
  paint();
}
