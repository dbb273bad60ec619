/** Home: what needs a person, what runs, and what finished since the last visit. */

import { h, icon, write } from "../dom.js";
import { endedAt, finished } from "../home/finished.js";
import { needsYou, paintCount } from "../home/needs-you.js";
import { HomeProjects } from "../home/projects.js";
import { isRunning, running } from "../home/running.js";
import { lastVisit, rememberVisit } from "../home/visits.js";
import { shortcuts } from "../keyboard.js";
import { me } from "../me.js";
import { go } from "../navigation.js";
import { failure, messageOf } from "../notices.js";
import { pending } from "../pending.js";
import { firstProject } from "../projects/first-project.js";
import { startDialog } from "../projects/start-dialog.js";
import { style } from "../style.js";
import { ago } from "../time.js";

/** @import { Child } from "../elements.d.ts" */
/** @import { Context } from "../router.js" */

await style("progress.css");
await style("home.css");

const MOST_REQUESTS = 8;
const MOST_ENDED = 5; // if none of them is new

/**
 * @param {HTMLElement} root
 * @param {Context} context
 */
export function open(root, { signal }) {
  const query = new URLSearchParams(location.search);
  if (query.has("show") || query.has("search")) return go(`/projects${location.search}`, { replace: true });
  const model = new HomeProjects(signal);
  const start = startDialog(root, signal);
  const since = lastVisit();
  rememberVisit(signal);
  const asks = needsYou(MOST_REQUESTS);
  const runs = running(model);
  const ended = finished();
  const quiet = h("p", { class: "home-quiet" }, icon("completed"), "Nothing needs you.");
  const still = h("p", { class: "home-quiet" }, "Nothing is running.");
  const none = h("p", { class: "home-quiet" });
  const parts = {
    asks: section("needs-you", "Needs you", asks.element, quiet, asks.theirs),
    runs: section("running", "Running", runs.element, still),
    ended: section("finished", "Finished", none, ended.element),
  };
  const errors = h("div", { class: "home-errors" });
  const rest = h("p", { class: "home-all" }, h("a", { href: "/projects" }, "All projects"));
  const body = h("div", { class: "home", hidden: true }, parts.asks, parts.runs, parts.ended, rest);
  const loading = h("p", { class: "loading" }, "Reading the projects…");
  const place = h("div", {}, loading);
  const plus = { type: "button", class: "primary", "aria-keyshortcuts": "n", onclick: () => start.open() };
  const head = h(
    "header",
    { class: "view-head home-head" },
    h("h1", {}, "Home"),
    me.may("run") && h("button", plus, icon("plus"), "New project"),
  );
  root.append(head, errors, place, body);
  let error = "";

  function paint() {
    const message = model.error ? messageOf(model.error) : "";
    if (message !== error) errors.replaceChildren(...(model.error ? [failure(model.error, () => model.retry())] : []));
    error = message;
    if (!model.open || !pending.items || !pending.mine) {
      if (model.error) place.replaceChildren();
      return;
    }
    const isNew = model.open.length === 0 && model.ended.length === 0;
    body.hidden = isNew;
    if (!isNew) place.replaceChildren();
    else if (!place.querySelector(".empty")) place.replaceChildren(firstProject(start, signal));
    // Those that this person can help with.
    const stuck = model.open.filter(({ id, workflow_problem: found }) => found && me.may("run", id));
    asks.paint(pending.mine, stuck, pending.items.length - pending.mine.length);
    quiet.hidden = pending.mine.length + stuck.length > 0;
    const going = model.open.filter((item) => !item.workflow_problem && isRunning(item));
    runs.paint(going);
    still.hidden = going.length > 0;
    paintCount(parts.asks, pending.mine.length + stuck.length);
    paintCount(parts.runs, going.length);
    paintEnded();
  }

  function paintEnded() {
    const fresh = since === null ? [] : model.ended.filter((item) => endedAt(item) > since);
    const shown = fresh.length ? fresh : model.ended.slice(0, MOST_ENDED);
    ended.paint(shown);
    paintCount(parts.ended, fresh.length);
    const heading = /** @type {Element} */ (parts.ended.querySelector("h2"));
    write(heading, fresh.length ? "Finished since your last visit" : "Finished");
    none.hidden = fresh.length > 0 || since === null && shown.length > 0;
    write(
      none,
      since === null
        ? "Nothing has finished yet."
        : `Nothing new since your last visit, ${ago(since)}.` + (shown.length ? " Before that:" : ""),
    );
    parts.ended.classList.toggle("home-earlier", !fresh.length);
  }

  model.addEventListener("change", paint);
  pending.addEventListener("change", paint, { signal });
  if (me.may("run")) shortcuts({ n: ["New project", () => start.open()] }, signal);
  paint();
  start.prepare();
}

/**
 * @param {string} name
 * @param {string} heading
 * @param {...Child} content
 */
function section(name, heading, ...content) {
  return h(
    "section",
    { class: `home-section home-${name}`, "aria-labelledby": `${name}-heading` },
    h("header", {}, h("h2", { id: `${name}-heading` }, heading), h("span", { class: "home-count", hidden: true })),
    content,
  );
}
