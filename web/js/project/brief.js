/** The brief that the project was started with. */

import { h } from "../dom.js";

/** A disclosure; the text is fetched when it is first opened. */
export function brief(model) {
  const body = h("div", { class: "brief-body" });
  const element = h("details", { class: "brief" }, h("summary", {}, "Brief"), body);
  element.addEventListener("toggle", () => {
    if (!element.open || body.firstChild) return;
    const artifact = model.artifacts.find((one) => one.type === "user_input" && one.name === "brief");
    const plain = () => h("pre", { class: "prose", dir: "auto" }, model.project.description);
    body.append(artifact ? h("artifact-view", { artifact }) : plain());
  });
  return element;
}
