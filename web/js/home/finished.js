/** The projects that ended last, those since the last visit first of all. */

import { badge } from "../badges.js";
import { each, h, icon } from "../dom.js";
import { projects } from "../rest.js";
import { visible } from "../text.js";
import { duration } from "../time.js";
import { dollars, hasSpent } from "../usage.js";

/** @import { ProjectItem } from "../api.d.ts" */

/** @param {ProjectItem} item */
export const endedAt = ({ ended_at: ended }) => Date.parse(ended ?? "");

export function finished() {
  const element = h("ul", { class: "home-rows" });
  /** @param {ProjectItem[]} items */
  const paint = (items) => each(element, items, ({ id, name }) => `${id} ${name}`, row);
  return { element, paint };
}

/** @param {ProjectItem} item */
function row(item) {
  const { id, name, status, reason } = item;
  return h(
    "li",
    { class: "home-row" },
    h("span", { class: "home-mark" }, badge("project", status)),
    h(
      "a",
      { class: "home-link", href: `/projects/${id}` },
      h("strong", { class: "home-name", dir: "auto" }, visible(name)),
    ),
    h("p", { class: "home-detail", dir: "auto" }, status === "completed" ? facts(item) : visible(reason ?? "")),
    h(
      "span",
      { class: "home-aside" },
      h("time-ago", { class: "soft", datetime: item.ended_at }),
      status === "completed" && download(item),
    ),
  );
}

/** @param {ProjectItem} item */
function facts(item) {
  const took = `Delivered in ${duration(endedAt(item) - Date.parse(item.created_at))}`;
  return hasSpent(item.spent) ? `${took}, for ${dollars(item.spent.usd)}` : took;
}

/** @param {ProjectItem} item */
const download = ({ id, name }) =>
  h(
    "a",
    { class: "button home-download", href: projects.exportUrl(id), download: "" },
    icon("download"),
    "Download",
    h("span", { class: "visually-hidden" }, ` the delivery of ${name}`),
  );
