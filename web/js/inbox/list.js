/** The list of requests: a row for each, with a link, so that each request has an address. */

import { outcomeInWords } from "../decisions.js";
import { each, find, h, icon, present, write } from "../dom.js";
import { status } from "../labels.js";
import { visible } from "../text.js";
import { address } from "./addresses.js";
import { deadline, TONES } from "./card-head.js";
import { isFailure, rowTitle } from "./titles.js";

/** @import { RequestItem } from "../api.d.ts" */
/** @import { Entry, RequestOutcome } from "./entry.js" */

/** @typedef {Record<"question" | "project" | "name" | "marks" | "left" | "link", HTMLElement> & { box: HTMLInputElement }} Parts */
/** @typedef {{ entry: Entry, selected: boolean, checked: boolean }} Row */

/** The mark of each tone. @type {Record<string, string>} */
const ICONS = { calm: "file", asks: "waiting", bad: "failed" };

/** How a row shows the phase of its response. @type {Record<string, [word: string, icon: string]>} */
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
  const rows = h("ol", { class: "inbox-rows", "aria-label": "Open requests" });
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
    const project = h("span", { class: "row-project", dir: "auto" });
    const name = h("span", { class: "row-name" });
    const question = h("span", { class: "row-question cut", dir: "auto" });
    const marks = h("span", { class: "row-marks" });
    const left = deadline(entry.request);
    const tone = TONES[entry.request.reason] ?? "calm";
    const link = h(
      "a",
      { class: "inbox-row", href: address(entry.id), onclick: (event) => picked(event, entry) },
      h("span", { class: "row-line" }, project, left),
      h("span", { class: "row-line" }, h("span", { class: "row-mark", dataset: { tone } }, icon(ICONS[tone])), name),
      h("span", { class: "row-line" }, question, marks),
    );
    const row = h("li", {}, h("label", { class: "row-check" }, box), link);
    parts.set(row, { box, question, project, name, marks, left, link });
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
   * @param {Row} options
   */
  function update(row, { entry, selected, checked }) {
    const found = parts.get(row);
    if (!found) return;
    const { box, question, project, name, marks, left, link } = found;
    const { request } = entry;
    write(project, visible(request.project_name));
    write(name, rowTitle(request));
    write(question, isFailure(request) ? `Round ${request.round}` : visible(request.question));
    box.setAttribute("aria-label", `Select “${visible(request.title)}” of ${visible(request.project_name)}`);
    if (box.checked !== checked) box.checked = checked;
    box.disabled = !entry.open;
    if (link.getAttribute("href") !== address(entry.id)) link.setAttribute("href", address(entry.id));
    if (selected) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    row.dataset.closed = entry.outcome ? "yes" : "no";
    if (left.matches("time-left") === Boolean(request.deadline_held)) { // it was put on hold, or runs again
      found.left = deadline(request);
      left.replaceWith(found.left);
    }
    found.left.hidden = entry.outcome !== null;
    if (!request.deadline_held) found.left.setAttribute("until", request.expires_at);
    const state = stateOf(entry);
    if (marks.dataset.state === state) return;
    marks.dataset.state = state;
    marks.replaceChildren(...markers(entry));
  }

  /** @type {(entry: Entry) => HTMLElement | null} */
  const linkOf = (entry) => rows.querySelector(`a[href*="${entry.id}"]`);

  return {
    element: rows,
    /** @param {{ key: string, name: string, rows: Row[] }[]} groups */
    paint(groups) {
      const focusedRow = rows.contains(document.activeElement) ? document.activeElement?.closest("li") : null;
      const place = focusedRow ? [...rows.children].indexOf(focusedRow) : -1;
      /** @type {(Row | { key: string, name: string, count: number })[]} */
      const items = groups.flatMap((
        { key, name, rows },
      ) => [{ key, name, count: rows.filter(({ entry }) => !entry.outcome).length }, ...rows]);
      each(
        rows,
        items,
        (item) => "entry" in item ? item.entry.id : `group ${item.key}`,
        (item) => "entry" in item ? make(item.entry) : groupHead(),
        (row, item) =>
          "entry" in item ? update(row, item) : write(row, item.count ? `${item.name} · ${item.count}` : item.name),
      );
      // If the focused row was removed, the focus moves to its neighbour.
      if (!focusedRow || focusedRow.isConnected) return;
      const neighbour =
        [...rows.children].slice(0, place + 1).findLast((row) => row.querySelector("a"))?.querySelector("a") ??
          rows.querySelector("a");
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

const groupHead = () => h("li", { class: "row-group", dir: "auto" });

/** @param {Entry} entry */
const stateOf = ({ reply, outcome, draft }) => `${outcome?.status} ${reply?.phase} ${draft.typedMove}`;

/** @param {Entry} entry */
function markers({ reply, outcome, draft, request }) {
  if (outcome) return [outcomeBadge(outcome, request)];
  const phase = reply && PHASES[reply.phase];
  return present([
    reply && phase &&
    h(
      "span",
      { class: "badge", dataset: { tone: reply.phase === "failed" ? "bad" : "busy" } },
      icon(phase[1]),
      phase[0],
    ),
    !phase && draft.typedMove && h("span", { class: "badge" }, icon("amended"), "Draft"),
  ]);
}

/**
 * @param {RequestOutcome} outcome
 * @param {RequestItem} request
 */
function outcomeBadge({ status: how, decision }, request) {
  const { tone, mark } = status("hitl", how);
  return h("span", { class: "badge", dataset: { tone } }, icon(mark), outcomeInWords(how, decision, request));
}
