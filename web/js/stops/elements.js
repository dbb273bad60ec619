/** `<stop-button>` in the bar of every view, and `<stop-banner>` under it while anything is stopped. */

import { h, icon } from "../dom.js";
import { me } from "../me.js";
import { announce, messageOf, toast } from "../notices.js";
import { visible } from "../text.js";
import { heldStops } from "./held-stops.js";
import { affects, stopped } from "./wording.js";

/** @import { StopPublic } from "../api.d.ts" */

const MAX_SHOWN = 3;

/** The project that is shown, or null. */
const here = () => /^\/projects\/([0-9a-f-]{36})$/.exec(location.pathname)?.[1] ?? null;

/**
 * Open a dialog, whose module is loaded when the first one is opened.
 * @param {(dialogs: typeof import("./dialogs.js")) => unknown} show
 */
async function open(show) {
  try {
    await show(await import("./dialogs.js"));
  } catch (error) {
    toast(`That did not work: ${messageOf(error)}`);
  }
}

class StopButton extends HTMLElement {
  connectedCallback() {
    const onclick = () => open(({ stopDialog }) => stopDialog(here()));
    const title = "Stop everything, a project, a role or a step";
    const attributes = { type: "button", class: "danger stop", dataset: { changes: "" }, title, onclick };
    this.replaceChildren(
      h("button", attributes, icon("stop"), h("span", {}, "Stop")),
    );
    this.hidden = true;
    const paint = () => this.hidden = !me.may("run", here());
    me.ready.then(() => {
      paint();
      for (const change of ["navigate", "popstate", "mechange"]) addEventListener(change, paint);
    });
  }
}

class StopBanner extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Stopped");
    heldStops.addEventListener("change", () => this.#changed());
    for (const change of ["navigate", "popstate", "mechange"]) addEventListener(change, () => this.#paint());
    this.#paint();
  }

  #changed() {
    this.#paint();
    announce(heldStops.items.length ? (this.querySelector("p")?.textContent ?? "") : "Nothing is stopped any more.");
  }

  #paint() {
    const project = here();
    // Those of the project that is shown come first; those of other projects only if no project is shown.
    const shown = heldStops.items.filter((stop) => project === null || affects(stop, project));
    this.hidden = shown.length === 0;
    const more = shown.length - MAX_SHOWN;
    this.replaceChildren(
      ...shown.slice(0, MAX_SHOWN).map((stop) => row(stop, project)),
      ...(more > 0 ? [h("p", {}, `${more} more: botarmy stops lists them.`)] : []),
    );
  }
}

/**
 * @param {StopPublic} stop
 * @param {string | null} project
 */
function row(stop, project) {
  const what = stopped(stop, project);
  const link = stop.project_id !== null && stop.project_id !== project;
  return h(
    "p",
    {},
    icon("stop"),
    h("strong", {}, link ? h("a", { href: `/projects/${stop.project_id}` }, what) : what, " is stopped"),
    h("span", { dir: "auto" }, ` by ${visible(stop.stopped_by)}: ${visible(stop.reason)}`),
    h("time-ago", { datetime: stop.created_at }),
    me.may("run", stop.project_id) && h(
      "button",
      {
        type: "button",
        dataset: { changes: "" },
        "aria-label": `Release: ${what.toLowerCase()}`,
        onclick: () => open(({ releaseDialog }) => releaseDialog(stop, project)),
      },
      "Release",
    ),
  );
}

export function startStops() {
  customElements.define("stop-button", StopButton);
  customElements.define("stop-banner", StopBanner);
  heldStops.start(new AbortController().signal);
}
