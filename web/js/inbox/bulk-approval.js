/** Approves several requests at once: shows a confirmation, the progress, and the outcome of each. */

import { moveLabel } from "../decisions.js";
import { h, icon, write } from "../dom.js";
import { count, status } from "../labels.js";
import { visible } from "../text.js";
import { asked } from "./titles.js";
import { entries } from "./entries.js";
import { mayApproveInBulk } from "./requests.js";
import { respond, responderField } from "./responding.js";

/** @import { Entry } from "./entry.js" */

const CONCURRENCY = 4;
/** @type {Record<string, string>} */
const PHASES = { sending: "Sending…", sent: "Sent, waiting for the outcome", waiting: "Not accepted yet" };

/**
 * Confirm and approve the `chosen` entries, and show the outcomes. `done(ran)` is called when the dialog is closed,
 * with whether the approval was confirmed.
 * @param {Entry[]} chosen
 * @param {(ran: boolean) => void} done
 */
export function approveAll(chosen, done) {
  const rows = new Map(
    chosen.map((
      entry,
    ) => [
      entry,
      h(
        "li",
        {},
        h(
          "span",
          { class: "bulk-what" },
          h("span", { dir: "auto" }, asked(entry.request)),
          h("span", { class: "faint", dir: "auto" }, visible(entry.request.project_name)),
        ),
        h("span", { class: "bulk-state" }, initialState(entry)),
      ),
    ]),
  );
  const what = `Approve ${count(chosen.length, "request")}`;
  const drafts = chosen.filter((entry) => mayApproveInBulk(entry.request) && entry.draft.dropped("approve")).length;
  const subjects = new Map(chosen.map((entry) => [entry, entry.request.subject_hash ?? undefined]));
  const summary = h(
    "p",
    { role: "status" },
    "Each artifact is accepted as it is, and its project continues. This is final.",
    drafts > 0 && ` What you typed to change or reject ${count(drafts, "request")} will be discarded.`,
  );
  const confirm = h("button", { type: "button", class: "primary", dataset: { changes: "" }, onclick: run }, what);
  const close = h("button", {
    type: "button",
    onclick: () => {
      dialog.close();
    },
  }, "Cancel");
  const responder = responderField();
  const dialog = h(
    "dialog",
    { class: "bulk", "aria-labelledby": "bulk-title", onclose: closed },
    h(
      "div",
      { class: "dialog" },
      h("h2", { id: "bulk-title" }, what),
      summary,
      h("ol", { class: "bulk-rows", tabIndex: 0, "aria-label": "Requests to approve" }, [...rows.values()]),
      h("footer", {}, responder, close, confirm),
    ),
  );
  const controller = new AbortController();
  entries.addEventListener("change", paint, { signal: controller.signal });
  let running = false;

  function closed() {
    controller.abort();
    dialog.remove();
    done(running);
  }

  function paint() {
    for (const [entry, row] of rows) {
      const state = stateOf(entry);
      if (state) row.lastElementChild?.replaceChildren(...state);
    }
    if (running) sumUp();
  }

  async function run() {
    running = true;
    confirm.disabled = true;
    responder.remove();
    write(close, "Close");
    close.focus();
    const queue = chosen.filter((entry) => entry.open && mayApproveInBulk(entry.request));
    await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
      for (let entry = queue.shift(); entry; entry = queue.shift()) {
        await respond(entry, "approve", { ...given(entry), subject_hash: subjects.get(entry) }, { quiet: true });
      }
    }));
    sumUp();
  }

  function sumUp() {
    const decided = chosen.filter((entry) => entry.outcome?.mine).length;
    const lost = chosen.filter((entry) => entry.outcome && !entry.outcome.mine).length;
    /** @param {...string} names */
    const phase = (...names) => chosen.filter((entry) => names.includes(entry.reply?.phase ?? ""));
    const [sent, waiting, failed] = [phase("sent").length, phase("waiting"), phase("failed").length];
    const notApprovable = chosen.filter((entry) => !entry.outcome && !mayApproveInBulk(entry.request)).length;
    write(
      summary,
      [
        `${decided} of ${chosen.length} approved.`,
        lost && `${lost} decided by others first.`,
        sent && `${sent} sent. They take effect as soon as a worker is available.`,
        waiting.length && `${waiting.length} not accepted yet. They will be sent again shortly.`,
        failed && `${failed} not applied.`,
        notApprovable && `${notApprovable} cannot be approved.`,
      ].filter(Boolean).join(" "),
    );
    confirm.hidden = !waiting.length;
    confirm.disabled = false;
    write(confirm, `Send the ${waiting.length} again now`);
    confirm.onclick = () => waiting.forEach((entry) => entry.reply?.again?.());
  }

  document.body.append(dialog);
  dialog.showModal();
  confirm.focus();
}

/**
 * The text of a row before the approval is confirmed.
 * @param {Entry} entry
 */
function initialState({ request, draft }) {
  if (!mayApproveInBulk(request)) return request.needs_person ? "Needs a look at it by itself" : "Cannot be approved";
  const dropped = draft.dropped("approve");
  return dropped ? h("span", { class: "loss" }, `Your ${dropped} will be discarded.`) : moveLabel(request, "approve");
}

/** @param {Entry} entry */
const given = (entry) => ({ in_bulk: true, comment: entry.draft.typed.approve.comment.trim() || undefined });

/** @param {Entry} entry */
function stateOf({ outcome, reply }) {
  if (outcome) {
    const { word, tone, mark } = status("hitl", outcome.status);
    const who = outcome.mine || !outcome.decision ? "" : ` by ${visible(outcome.decision.responder)}`;
    const badge = h("span", { class: "badge", dataset: { tone: outcome.mine ? tone : "asks" } }, icon(mark), word);
    return [badge, h("span", { dir: "auto" }, who)];
  }
  const words = reply?.phase === "failed" ? reply.message : PHASES[reply?.phase ?? ""];
  return words ? [h("span", { dataset: { tone: reply?.phase === "failed" ? "bad" : "calm" } }, words)] : null;
}
