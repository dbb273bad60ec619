/** The list of what waits: a row each, with its own link, so that a request has an address. */

import { badge } from "../badges.js";
import { each, h, icon, write } from "../dom.js";
import { REASONS, title } from "../labels.js";
import { visible } from "../text.js";
import { TONES } from "./card-head.js";

export const address = (id) => `/inbox?request=${id}`;

/** What a response on its way says in its row. */
const PHASES = {
  sending: ["Sending", "starting"], sent: ["Sent", "starting"],
  waiting: ["Not sent yet", "expired"], failed: ["Not applied", "failed"],
};

/** A list in which `pick(entry)` opens one and `check(entry, checked, through)` chooses it for several at once. */
export function inboxList({ pick, check }) {
  const rows = h("ol", { class: "inbox-rows", "aria-label": "Requests that wait, oldest first" });
  const parts = new WeakMap();

  function make(entry) {
    const box = h("input", { type: "checkbox", onclick: (event) => check(entry, box.checked, event.shiftKey) });
    const question = h("span", { class: "row-question", dir: "auto" });
    const project = h("span", { class: "row-project cut", dir: "auto" });
    const since = h("time-ago", { datetime: entry.request.created_at, mode: "brief" });
    const where = h("span", { class: "row-where cut" });
    const marks = h("span", { class: "row-marks" });
    const left = entry.request.deadline_held
      ? h("span", { class: "soft" }, "paused")
      : h("time-left", { until: entry.request.expires_at, since: entry.request.created_at });
    const link = h("a", { class: "inbox-row", href: address(entry.id), onclick: (event) => picked(event, entry) },
      h("span", { class: "row-line" }, question, h("span", { class: "visually-hidden" }, " waiting for "), since),
      h("span", { class: "row-line" }, project, left),
      h("span", { class: "row-line" }, where, marks));
    const row = h("li", {}, h("label", { class: "row-check" }, box), link);
    parts.set(row, { box, question, project, where, marks, left, link });
    return row;
  }

  function picked(event, entry) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    pick(entry);
  }

  function update(row, { entry, selected, checked }) {
    const { box, question, project, where, marks, left, link } = parts.get(row);
    const { request } = entry;
    write(question, visible(request.question));
    write(project, visible(request.project_name));
    write(where, `${request.stage} · ${request.agent_type}${request.round > 1 ? ` · round ${request.round}` : ""}`);
    box.setAttribute("aria-label", `Select “${visible(request.question)}” of ${visible(request.project_name)}`);
    if (box.checked !== checked) box.checked = checked;
    box.disabled = !entry.open;
    if (selected) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    row.dataset.closed = entry.closure ? "yes" : "no";
    left.hidden = entry.closure !== null;
    const state = stateOf(entry);
    if (marks.dataset.state === state) return;
    marks.dataset.state = state;
    marks.replaceChildren(...markers(entry));
  }

  const linkOf = (entry) => rows.querySelector(`a[href="${address(entry.id)}"]`);

  return {
    element: rows,
    paint(items) {
      const held = rows.contains(document.activeElement) ? document.activeElement.closest("li") : null;
      const place = held ? [...rows.children].indexOf(held) : -1;
      each(rows, items, ({ entry }) => entry.id, ({ entry }) => make(entry), update);
      // A row that leaves must not take the focus along.
      if (!held || held.isConnected) return;
      const near = rows.children[Math.min(place, rows.children.length - 1)]?.querySelector("a");
      (near ?? document.querySelector("main")).focus();
    },
    reveal(entry) {
      const show = () => linkOf(entry)?.closest("li").scrollIntoView({ block: "nearest" });
      show();
      // The rows in between have only now got their true heights.
      requestAnimationFrame(() => requestAnimationFrame(show));
    },
    focus: (entry) => linkOf(entry)?.focus({ preventScroll: true }),
  };
}

const stateOf = ({ reply, closure, draft }) => `${closure?.status} ${reply?.phase} ${draft.typedAction}`;

function markers({ request, reply, closure, draft }) {
  if (closure) return [badge("hitl", closure.status)];
  const phase = reply && PHASES[reply.phase];
  return [
    request.reason !== "review" && h("span", { class: "row-reason", dataset: { tone: TONES[request.reason] } },
      REASONS[request.reason] ?? title(request.reason)),
    phase && h("span", { class: "badge", dataset: { tone: reply.phase === "failed" ? "bad" : "busy" } },
      icon(phase[1]), phase[0]),
    !phase && draft.typedAction && h("span", { class: "badge" }, icon("amended"), "Draft"),
  ].filter(Boolean);
}
