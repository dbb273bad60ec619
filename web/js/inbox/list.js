/** The list of requests: a row for each, with a link, so that each request has an address. */

import { badge } from "../badges.js";
import { each, find, h, icon, present, write } from "../dom.js";
import { REASONS, title } from "../labels.js";
import { visible } from "../text.js";
import { TONES } from "./card-head.js";

/** @import { Entry } from "./entry.js" */

/** @param {string} id */
export const address = (id) => `/inbox?request=${id}`;

/** @typedef {Record<"question" | "project" | "stage" | "marks" | "left" | "link", HTMLElement> & { box: HTMLInputElement }} Parts */

/** How a row shows the phase of its response. */
/** @type {Record<string, [word: string, icon: string]>} */
const PHASES = {
  sending: ["Sending", "starting"],
  sent: ["Sent", "starting"],
  waiting: ["Not sent yet", "expired"],
  failed: ["Not applied", "failed"],
};

/**
 * The list. `pick(entry)` opens an entry; `check(entry, on, range)` checks or unchecks it for a bulk approval.
 * @param {{ pick: (entry: Entry) => void, check: (entry: Entry, on: boolean, range: boolean) => void }} options
 */
export function inboxList({ pick, check }) {
  const rows = h("ol", { class: "inbox-rows", "aria-label": "Open requests, oldest first" });
  /** @type {WeakMap<Element, Parts>} */
  const parts = new WeakMap();

  /** @param {Entry} entry */
  function make(entry) {
    const box = h("input", {
      type: "checkbox",
      onclick: (event) => {
        check(entry, box.checked, event.shiftKey);
      },
    });
    const question = h("span", { class: "row-question", dir: "auto" });
    const project = h("span", { class: "row-project cut", dir: "auto" });
    const since = h("time-ago", { datetime: entry.request.created_at, mode: "brief" });
    const stage = h("span", { class: "row-where cut" });
    const marks = h("span", { class: "row-marks" });
    const left = entry.request.deadline_held
      ? h("span", { class: "soft" }, "paused")
      : h("time-left", { until: entry.request.expires_at, since: entry.request.created_at });
    const link = h(
      "a",
      { class: "inbox-row", href: address(entry.id), onclick: (event) => picked(event, entry) },
      h("span", { class: "row-line" }, question, h("span", { class: "visually-hidden" }, " waiting for "), since),
      h("span", { class: "row-line" }, project, left),
      h("span", { class: "row-line" }, stage, marks),
    );
    const row = h("li", {}, h("label", { class: "row-check" }, box), link);
    parts.set(row, { box, question, project, stage, marks, left, link });
    return row;
  }

  /**
   * @param {MouseEvent} event
   * @param {Entry} entry
   */
  function picked(event, entry) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    pick(entry);
  }

  /**
   * @param {HTMLElement} row
   * @param {{ entry: Entry, selected: boolean, checked: boolean }} options
   */
  function update(row, { entry, selected, checked }) {
    const found = parts.get(row);
    if (!found) return;
    const { box, question, project, stage, marks, left, link } = found;
    const { request } = entry;
    write(question, visible(request.question));
    write(project, visible(request.project_name));
    write(stage, `${request.stage} · ${request.agent_type}${request.round > 1 ? ` · round ${request.round}` : ""}`);
    box.setAttribute("aria-label", `Select “${visible(request.question)}” of ${visible(request.project_name)}`);
    if (box.checked !== checked) box.checked = checked;
    box.disabled = !entry.open;
    if (selected) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    row.dataset.closed = entry.outcome ? "yes" : "no";
    left.hidden = entry.outcome !== null;
    const state = stateOf(entry);
    if (marks.dataset.state === state) return;
    marks.dataset.state = state;
    marks.replaceChildren(...markers(entry));
  }

  /** @type {(entry: Entry) => HTMLElement | null} */
  const linkOf = (entry) => rows.querySelector(`a[href="${address(entry.id)}"]`);

  return {
    element: rows,
    /** @param {{ entry: Entry, selected: boolean, checked: boolean }[]} items */
    paint(items) {
      const focusedRow = rows.contains(document.activeElement) ? document.activeElement?.closest("li") : null;
      const place = focusedRow ? [...rows.children].indexOf(focusedRow) : -1;
      each(rows, items, ({ entry }) => entry.id, ({ entry }) => make(entry), update);
      // If the focused row was removed, the focus moves to its neighbour.
      if (!focusedRow || focusedRow.isConnected) return;
      const neighbour = rows.children[Math.min(place, rows.children.length - 1)]?.querySelector("a");
      (neighbour ?? find("main")).focus();
    },
    /** @param {Entry} entry */
    reveal(entry) {
      const show = () => linkOf(entry)?.closest("li")?.scrollIntoView({ block: "nearest" });
      show();
      // The rows in between get their real heights only in the next frame.
      requestAnimationFrame(() => requestAnimationFrame(show));
    },
    /** @param {Entry} entry */
    focus: (entry) => linkOf(entry)?.focus({ preventScroll: true }),
  };
}

/** @param {Entry} entry */
const stateOf = ({ reply, outcome, draft }) => `${outcome?.status} ${reply?.phase} ${draft.typedAction}`;

/** @param {Entry} entry */
function markers({ request, reply, outcome, draft }) {
  if (outcome) return [badge("hitl", outcome.status)];
  const phase = reply && PHASES[reply.phase];
  return present([
    request.reason !== "review" &&
    h(
      "span",
      { class: "row-reason", dataset: { tone: TONES[request.reason] } },
      REASONS[request.reason] ?? title(request.reason),
    ),
    reply && phase &&
    h(
      "span",
      { class: "badge", dataset: { tone: reply.phase === "failed" ? "bad" : "busy" } },
      icon(phase[1]),
      phase[0],
    ),
    !phase && draft.typedAction && h("span", { class: "badge" }, icon("amended"), "Draft"),
  ]);
}
