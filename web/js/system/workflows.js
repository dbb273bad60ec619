/** The projects and tasks whose workflow does not go on, as the health check names them. */

import { each, h, write } from "../dom.js";
import { visible } from "../visible.js";
import { count, problem } from "../words.js";

/** `{element, paint(health)}`; hidden while every workflow goes on. */
export function workflows() {
  const list = h("ul", { class: "stopped-workflows" });
  const more = h("p", { class: "soft" });
  const element = h("section", { class: "panel", "aria-label": "Standing still", hidden: true },
    h("header", {}, h("h2", {}, "Standing still")), h("div", { class: "panel-content" }, list, more));
  function paint({ found }) {
    const items = found?.workflows?.items ?? [];
    each(list, items, ({ workflow_id: id }) => id, row, paintRow);
    element.hidden = items.length === 0;
    write(more, stopped(found) > items.length ? `and ${stopped(found) - items.length} more; \`botarmy doctor\` lists them all.` : "");
  }
  return { element, paint };
}

/** How many do not go on. */
export function stopped(found) {
  const { missing = 0, stuck = 0, inconsistent = 0 } = found?.workflows ?? {};
  return missing + stuck + inconsistent;
}

/** The same as a sentence, or "". */
export const standing = (found) =>
  stopped(found) ? `${count(stopped(found), "workflow")} ${stopped(found) === 1 ? "does" : "do"} not go on` : "";

function row({ project_id: id }) {
  return h("li", {}, h("a", { href: `/projects/${id}`, dir: "auto" }), h("span", {}, ""));
}

function paintRow(element, { project_name: name, task_id: task, kind, detail }) {
  const [link, why] = element.children;
  write(link, visible(name));
  write(why, ` ${task ? "A task of it: " : ""}${problem(kind)}. ${visible(detail)}`);
}
