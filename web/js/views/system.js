/** The state of BotArmy: its components, agents and pipelines, and links to other pages. */

import { h, write } from "../dom.js";
import { failure } from "../notices.js";
import { catalogue } from "../rest.js";
import { style } from "../style.js";
import { agents, crews, leftOutList, links, pipelines } from "../system/catalogue.js";
import { components, verdict } from "../system/components.js";
import { Health, workflows } from "../system/health.js";

/** @import { Child } from "../elements.d.ts" */
/** @import { Context } from "../router.js" */

await style("system.css");

/**
 * @param {HTMLElement} root
 * @param {Context} context
 */
export async function open(root, { signal }) {
  const health = new Health(signal);
  const table = components();
  const problems = workflows();
  const summary = h("strong", { role: "status", class: "system-verdict" });
  const checked = h("time-ago", { mode: "span" });
  const since = h("span", { class: "soft numbers checked", hidden: true }, "Checked ", checked, " ago");
  const version = h("span", { class: "soft numbers" });
  const elsewhere = h("div", {});
  const leftOut = panel("Pipelines left out", []);
  leftOut.hidden = true;
  let shownLinks = "";

  root.append(
    h(
      "header",
      { class: "view-head" },
      h("h1", {}, "System"),
      version,
      summary,
      h(
        "div",
        { class: "system-checks" },
        since,
        h("button", { type: "button", onclick: () => health.ask() }, "Check now"),
      ),
    ),
    h(
      "div",
      { class: "system" },
      h(
        "div",
        { class: "system-column" },
        problems.element,
        panel("Components", [table.element]),
        panel("Links", [elsewhere]),
      ),
      leftOut,
      h(
        "div",
        { class: "system-column" },
        section("Crews", async () => [crews((await catalogue.providers({ signal })).items)], signal),
        section("Agents", async () => [agents((await catalogue.agents({ signal })).items)], signal),
      ),
      section("Pipelines", async () => pipelines(await wholePipelines(signal)), signal),
    ),
  );

  health.addEventListener("change", () => {
    table.paint(health);
    problems.paint(health);
    summary.dataset.tone = health.error || health.found?.status !== "ok" ? "bad" : "good";
    write(summary, verdict(health));
    write(version, health.found?.version ? `BotArmy ${health.found.version}` : "");
    checked.setAttribute("datetime", new Date(health.checkedAt).toISOString());
    since.hidden = false;
    const left = health.found?.pipelines_left_out ?? [];
    leftOut.hidden = !left.length;
    leftOut.replaceChildren(leftOut.children[0], leftOutList(left));
    const given = JSON.stringify(health.found?.links);
    if (given !== shownLinks || !elsewhere.firstChild) elsewhere.replaceChildren(links(health.found?.links));
    shownLinks = given;
  });
  await health.ask();
}

/** @param {AbortSignal} signal */
async function wholePipelines(signal) {
  const { items } = await catalogue.pipelines({ signal });
  return Promise.all(items.map(({ name }) => catalogue.pipeline(name, { signal })));
}

/**
 * @param {string} title
 * @param {Child[]} content
 */
const panel = (title, content) =>
  h("section", { class: "panel", "aria-label": title }, h("header", {}, h("h2", {}, title)), content);

/**
 * A panel whose content is read once. After an error, a button reads it again.
 * @param {string} title
 * @param {() => Promise<Node[]>} read
 * @param {AbortSignal} signal
 */
function section(title, read, signal) {
  const place = h("div", { class: "panel-content" }, h("p", { class: "soft panel-note" }, "Reading…"));
  async function fill() {
    try {
      place.replaceChildren(...await read());
    } catch (error) {
      if (!signal.aborted) place.replaceChildren(failure(error, fill));
    }
  }
  fill();
  return panel(title, [place]);
}
