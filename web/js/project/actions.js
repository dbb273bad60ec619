/**
 * The actions on a project that this person may take: the main one of its state as a button, the rest in a menu and in
 * the palette.
 */

import { copyText } from "../clipboard.js";
import { each, h, icon, present } from "../dom.js";
import { byDeadline } from "../inbox/deadline.js";
import { me } from "../me.js";
import { menuButton } from "../menu.js";
import { offer } from "../palette/actions.js";
import { pending } from "../pending.js";
import { projects } from "../rest.js";
import { projectChanges } from "./changes.js";
import { recoveryItems } from "./recovery-menu.js";
import { workflowItem } from "./workflow-link.js";

/** @import { MenuItem, Offered } from "../menu.js" */
/** @import { ProjectModel } from "./model.js" */

/** @typedef {{ key: string, text: string, icon: string, href?: string, download?: boolean, run?: () => void }} Main */

/**
 * The buttons, the requested change (`asked`), and the error if it failed.
 * @param {ProjectModel} model
 * @param {AbortSignal} signal
 */
export function actions(model, signal) {
  const changes = projectChanges(model, signal, () => update());
  const workflow = workflowItem(model, () => menu.update());
  const recovery = () => recoveryItems(model, (error) => changes.fail(error));
  const menu = menuButton("More actions", items);
  const place = h("span", { class: "main-actions" });
  const buttons = h("div", { class: "project-actions", role: "group", "aria-label": "Project" }, place, menu.element);

  // The module of the forms is loaded when the first form is opened.
  /** @param {(dialogs: typeof import("./input-dialogs.js")) => void} open */
  const form = (open) => async () => {
    try {
      open(await import("./input-dialogs.js"));
    } catch (error) {
      changes.fail(error);
    }
  };

  /** The main actions of the state, the most important first. @returns {Main[]} */
  function main() {
    const { project, progress, ended } = model;
    const paused = project.status === "paused";
    const open = [...progress.open_requests].sort(byDeadline);
    const mine = open.find((request) => pending.mayDecide(request));
    const href = `/inbox?request=${(mine ?? open[0])?.request_id}`;
    const { retry } = recovery();
    const resumes = !ended && paused && me.may("run", model.id);
    return present([
      retry && { key: "retry", ...retry },
      resumes && { key: "resume", text: "Resume", icon: "resume", run: () => changes.ask("resume") },
      mine && { key: "decide", text: "Decide", icon: "waiting", href },
      !mine && open.length > 0 && { key: "read", text: "Read the request", icon: "waiting", href },
      project.status === "completed" &&
      { key: "download", text: "Download", icon: "download", href: projects.exportUrl(model.id), download: true },
    ]);
  }

  /** Everything else, in groups with lines between them. @returns {Offered[][]} */
  function items() {
    const { project } = model;
    const runs = !model.ended && me.may("run", model.id);
    return [
      [
        runs && project.status !== "paused" && action("Pause", "paused", () => changes.ask("pause")),
        runs && action("Add context", "file", form(({ contextDialog }) => contextDialog(model))),
        runs && action("Give a task", "plus", form(({ taskDialog }) => taskDialog(model))),
      ],
      recovery().others,
      [
        { text: "Copy link", icon: "link", run: () => copyText(location.href) },
        project.status !== "completed" &&
        { text: "Download what is there", icon: "download", href: projects.exportUrl(model.id), download: true },
        { text: "Print", icon: "file", run: () => print() },
        workflow(),
      ],
      [
        runs && { ...action("Cancel project", "close", () => changes.askToCancel()), danger: true },
        recovery().forget,
      ],
    ];
  }

  function update() {
    changes.update();
    menu.update();
    const focused = place.contains(document.activeElement);
    each(place, main(), ({ key, href }) => `${key} ${href}`, mainElement);
    [...place.children].forEach((element, index) => {
      element.classList.toggle("primary", index === 0);
      // Not `disabled`, which would take the focus from the button that was just pressed.
      element.setAttribute("aria-disabled", String(element instanceof HTMLButtonElement && changes.pending !== null));
    });
    if (focused && !place.contains(document.activeElement)) {
      const next = place.firstElementChild ?? menu.button;
      /** @type {HTMLElement} */ (next).focus();
    }
  }

  offer(() => paletteEntries([...main().map(mainItem), ...items().flat()]), signal);
  return { buttons, asked: changes.asked, errors: changes.errors, update };
}

/** @param {Main} action */
function mainElement({ text, icon: name, href, download, run }) {
  if (href === undefined) {
    return h("button", { type: "button", dataset: { changes: "" }, onclick: run }, icon(name), text);
  }
  return h("a", { class: "button", href, ...(download && { download: "" }) }, icon(name), text);
}

/** @param {Main} action @returns {MenuItem} */
const mainItem = (action) => ({ ...action, changes: action.href === undefined });

/** @param {Offered[]} items */
const paletteEntries = (items) =>
  present(items).filter(({ elsewhere, barred }) => !elsewhere && !barred).map((
    { text, icon: name, run, href, download, changes },
  ) => ({
    id: `action ${text}`,
    group: "This project",
    icon: name,
    text,
    changes,
    run: download ? () => location.assign(href ?? "") : run,
    ...(!download && href && { href }),
  }));

/**
 * An item that changes something.
 * @param {string} text
 * @param {string} icon
 * @param {() => unknown} run
 */
const action = (text, icon, run) => ({ text, icon, changes: true, run });
