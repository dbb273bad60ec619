/** The selected request, whole: what it asks and why, what it is about, and the forms to respond with. */

import { h, icon, write } from "../dom.js";
import { failure } from "../notices.js";
import { REASONS, title } from "../words.js";
import { mayAmend, mayApprove } from "./amendable.js";
import { briefing } from "./briefing.js";
import { closedNotice, tellClosed } from "./decided.js";
import { evidence } from "./evidence.js";
import { history, words } from "./history.js";
import { earlierRounds, forget, whole } from "./reader.js";
import { approval, responseForm } from "./response-form.js";
import { withdraw } from "./responding.js";
import { standing } from "./standing.js";

const WHY = {
  review: "The pipeline asks here before it goes on.",
  low_confidence: "The agent is less sure of this than the gate demands.",
  failed_verdict: "The tests still fail after every round that the pipeline allows.",
  failed_step: "The step failed however often it was tried. You can have it tried again, or end the project.",
};

/** `{element, update, focus, act, escape}`; `next` goes on to another request, `loaded` is called when it is read. */
export function requestCard(entry, { signal, next, loaded }) {
  const { draft } = entry;
  const item = entry.request;
  let request = item;
  let form = null;
  let toldClosed = entry.closure !== null;
  const heading = h("h2", { tabIndex: -1, dir: "auto" }, item.question);
  const pleaHolder = h("div", { class: "card-evidence" }, h("p", { class: "loading" }, "Reading…"));
  const aside = h("div", { class: "card-aside" });
  const feedback = h("div", { class: "card-feedback" });
  const notices = h("div", { class: "card-notices" });
  const formHolder = h("div", { class: "form-holder" });
  const buttons = {
    approve: actionButton("approve", approval(item), "a", "completed"),
    amend: actionButton("amend", "Amend", "e", "amended"),
    reject: actionButton("reject", "Reject", "r", "rejected"),
  };
  const sure = h("span", {});
  const bar = h("div", { class: "actions", role: "group", "aria-label": "Responses" }, Object.values(buttons));
  const left = h("time-left", { until: item.expires_at, since: item.created_at });
  const expired = h("p", { class: "notice", dataset: { tone: "asks" }, hidden: Date.parse(item.expires_at) > Date.now() },
    "Its time is up. What comes of it is shown as soon as the log says so.");
  left.addEventListener("expired", () => { expired.hidden = entry.closure !== null; });
  const decision = h("section", { class: "decision", "aria-label": "Your response" }, notices, formHolder, bar);
  const element = h("article", { class: "card", "aria-label": "Selected request" },
    h("header", { class: "card-head" },
      h("p", { class: "crumbs" }, h("a", { href: `/projects/${item.project_id}`, dir: "auto", title: item.project_name }, item.project_name),
        h("span", { class: "soft" }, `${item.stage} · ${item.agent_type} · round ${item.round}`), left),
      heading,
      h("p", { class: "why soft" }, h("strong", { dataset: { tone: item.reason === "review" ? "calm" : item.reason === "low_confidence" ? "asks" : "bad" } }, REASONS[item.reason] ?? title(item.reason)),
        ` ${WHY[item.reason] ?? ""}`, sure, " Asked ", h("time-waited", { since: item.created_at }), " ago."),
      expired),
    h("div", { class: "card-body" }, feedback, pleaHolder, aside),
    decision);

  function actionButton(action, label, key, picture) {
    return h("button", { type: "button", class: action === "reject" ? "danger" : "", "aria-expanded": "false", "aria-keyshortcuts": key, onclick: () => (draft.form === action ? shut() : act(action)) },
      icon(picture, { width: 14, height: 14 }), label, h("kbd", { "aria-hidden": "true" }, key));
  }

  async function load() {
    try {
      request = await whole(entry.id);
      if (signal.aborted) return;
      fill();
      loaded();
    } catch (error) {
      if (!signal.aborted) pleaHolder.replaceChildren(failure(error, load));
    }
  }

  function fill() {
    const problem = request.task?.error;
    if (item.reason === "low_confidence" && typeof request.task?.confidence === "number") write(sure, ` It is ${Math.round(request.task.confidence * 100)} % sure.`);
    pleaHolder.replaceChildren(...[
      // The question of a step that failed tells of it, as far as it can.
      problem && !item.question.includes(problem) && h("div", { class: "notice", dataset: { tone: "bad" } }, h("strong", {}, "What went wrong"), h("span", { dir: "auto", class: "words" }, problem)),
      evidence(request),
    ].filter(Boolean));
    const asked = request.round > 1 && request.task?.feedback;
    if (asked) feedback.replaceChildren(h("p", { class: "faint" }, "The feedback for this round"), words(asked));
    const past = h("div", {}, history(request, []));
    aside.replaceChildren(...[standing(request, signal), past, briefing(request)].filter(Boolean));
    earlierRounds(request, signal).then((rounds) => past.replaceChildren(...[history(request, rounds)].filter(Boolean)), () => {});
    if (draft.form && !form) open(draft.form);
    update();
  }

  function open(action) {
    draft.form = action;
    draft.keep();
    form = responseForm(entry, action, request, shut);
    formHolder.replaceChildren(form.element);
  }

  function shut() {
    if (entry.closure) return heading.focus();
    const button = buttons[draft.form];
    draft.form = null;
    draft.keep();
    withdraw(entry);
    form = null;
    formHolder.replaceChildren();
    update();
    button?.focus();
  }

  /** Open the form of an action and put the focus where it goes on from there. */
  function act(action) {
    if (!entry.open || buttons[action].disabled) return false;
    if (action === "amend" && !request.contents) return false; // not read yet
    open(action);
    update();
    form.focus();
    // On a small screen the form is part of the page's flow instead of staying at its bottom.
    if (getComputedStyle(decision).position === "static") decision.scrollIntoView({ block: "start" });
    return true;
  }

  function update() {
    const { closure, reply } = entry;
    buttons.approve.disabled = !entry.open || !mayApprove(request);
    buttons.amend.disabled = !entry.open || !mayAmend(request);
    buttons.reject.disabled = !entry.open;
    for (const [action, button] of Object.entries(buttons)) button.setAttribute("aria-expanded", String(draft.form === action));
    left.hidden = closure !== null;
    if (closure) expired.hidden = true;
    if (closure && (closure.mine || !draft.typedAction)) {
      draft.form = form = null;
      formHolder.replaceChildren();
    } else if (closure && !form && draft.typedAction && request.contents) open(draft.typedAction);
    form?.update();
    paintNotices(closure, reply);
  }

  let painted = "";
  function paintNotices(closure, reply) {
    const key = `${closure?.status} ${closure?.decision?.decision_id} ${reply?.phase} ${draft.kept} ${draft.texts.length > 0}`;
    if (key === painted) return;
    painted = key;
    const parts = [];
    if (closure) parts.push(closedNotice(entry, { next, discard }));
    else if (reply?.phase === "sent") parts.push(h("p", { class: "notice sent", tabIndex: -1, dataset: { tone: "busy" } }, h("strong", {}, "Sent"), h("span", {}, "It is safe and will be judged as soon as a worker is there.")));
    if (!draft.kept) parts.push(h("p", { class: "notice" }, "This draft is too large for the browser to keep over a reload of the page."));
    const held = decision.contains(document.activeElement) && !document.activeElement.matches("textarea, input");
    notices.replaceChildren(...parts);
    if (held) notices.querySelector(".closed, .sent")?.focus();
    if (!closure || toldClosed) return;
    toldClosed = true;
    forget(entry.id);
    if (closure.mine) return;
    tellClosed(entry);
  }

  function discard() {
    draft.clear();
    form = null;
    formHolder.replaceChildren();
    painted = "";
    update();
    heading.focus();
  }

  load();
  update();
  return {
    element, update, act, request: () => request,
    focus: () => heading.focus({ preventScroll: true }),
    /** Close the open form; false where there is none. */
    escape: () => (draft.form && !entry.closure ? (shut(), true) : false),
  };
}
