/** The projects that run: one live sentence each. */

import { mark } from "../badges.js";
import { childrenOf, each, find, h, write } from "../dom.js";
import { nowSentence } from "../now.js";
import { paintProgress, progress } from "../projects/progress.js";
import { visible } from "../text.js";

/** @import { ProjectItem } from "../api.d.ts" */
/** @import { HomeProjects } from "./projects.js" */

/** Whether a project belongs here: something happens in it, or would if nobody had paused it. @param {ProjectItem} item */
export const isRunning = ({ open_requests: open, working }) => open === 0 || working.length > 0;

/** @param {HomeProjects} model */
export function running(model) {
  const element = h("ul", { class: "home-rows" });
  /** @param {ProjectItem[]} items */
  const paint = (items) => each(element, items, ({ id }) => id, row, (each, item) => paintRow(each, item, model));
  return { element, paint };
}

/** @param {ProjectItem} item */
function row({ id }) {
  return h(
    "li",
    { class: "home-row" },
    h("span", { class: "home-mark" }),
    h("a", { class: "home-link", href: `/projects/${id}` }, h("strong", { class: "home-name", dir: "auto" })),
    h("p", { class: "home-detail now" }),
    h("span", { class: "home-aside" }, progress()),
  );
}

/** @type {WeakMap<Element, string>} what each row says */
const shown = new WeakMap();

/**
 * @param {HTMLElement} element
 * @param {ProjectItem} item
 * @param {HomeProjects} model
 */
function paintRow(element, item, model) {
  const [place, , now, aside] = childrenOf(element);
  write(find(".home-name", element), visible(item.name));
  paintProgress(childrenOf(aside)[0], item);
  const status = item.status === "waiting" ? "active" : item.status;
  if (place.dataset.status !== status) place.replaceChildren(mark("project", status));
  place.dataset.status = status;
  const said = JSON.stringify([
    item.status,
    item.phase,
    item.working,
    item.working.map((step) => model.doing(item, step)),
  ]);
  if (shown.get(element) === said) return;
  shown.set(element, said);
  const sentence = nowSentence(item.working, (step) => model.doing(item, step));
  now.replaceChildren(
    h(
      "span",
      {},
      item.status === "paused" && (item.working.length ? "Paused after this step · " : "Paused · "),
      ...sentence,
      ...quiet(item),
    ),
  );
}

/** What is said of a project without a running step. @param {ProjectItem} item */
function quiet({ status, phase, working }) {
  if (working.length) return [];
  if (status === "starting") return ["Waiting for a worker"];
  if (status === "paused") return ["nothing starts until somebody resumes it"];
  return [phase ? `${visible(phase)} is done; the next step is about to start` : "About to start"];
}
