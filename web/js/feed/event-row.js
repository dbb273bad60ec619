/** An event as a row of the feed. */

import { childrenOf, find, h, icon, write } from "../dom.js";
import { title } from "../labels.js";
import { visible } from "../text.js";
import { dateFormat, inFull, timeOfDay } from "../time.js";
import { KINDS } from "./event-kinds.js";
import { badgeOf, sentence } from "./event-sentence.js";

/** @import { Event as LogEvent } from "../api.d.ts" */
/** @import { Doing } from "../project/doing.js" */

const day = dateFormat({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", day: "numeric", month: "short" });

/** @type {Map<string, HTMLElement>} */
const templates = new Map();

/** @type {WeakMap<Element, LogEvent>} the event of each row */
const events = new WeakMap();

/**
 * A copy of the row with a mark: copying a row is several times as fast as building it.
 * @param {string} name
 * @param {string} tone
 */
function template(name, tone) {
  const key = `${name} ${tone}`;
  const original = templates.get(key) ??
    h(
      "li",
      { class: "event" },
      h(
        "details",
        {},
        h(
          "summary",
          {},
          h("span", { class: "event-mark", dataset: { tone } }, icon(name)),
          h("span", { class: "event-says" }),
          h("time", {}),
          h("span", { class: "event-number" }),
        ),
      ),
    );
  templates.set(key, original);
  return /** @type {HTMLElement} */ (original.cloneNode(true));
}

/**
 * A row with its sentence; the data behind it is added when it is opened.
 * @param {LogEvent} event
 */
export function row(event) {
  const element = template(...badgeOf(event));
  const [, text, time, number] = childrenOf(find("summary", element));
  const moment = new Date(event.timestamp);
  element.dataset.seq = String(event.seq);
  element.dataset.type = event.event_type;
  events.set(element, event);
  text.append(...sentence(event).map((part) => (typeof part === "string" ? part : h("bdi", {}, part.text))));
  time.setAttribute("datetime", event.timestamp);
  time.textContent = isToday(moment) ? timeOfDay(moment) : day(moment);
  number.textContent = `#${event.seq}`;
  return element;
}

/**
 * Add the exact time to a row's, for its tooltip, once the pointer is there.
 * @param {EventTarget | null} target
 */
export function addExactTime(target) {
  if (target instanceof HTMLTimeElement && !target.title) target.title = inFull(new Date(target.dateTime));
}

/** @param {Date} moment */
const isToday = (moment) => moment.toDateString() === new Date().toDateString();

/**
 * Add an event's data below its sentence, once.
 * @param {Element} element
 */
export function unfold(element) {
  const details = element.firstElementChild;
  const event = events.get(element);
  if (!details || !event || details.childElementCount > 1) return;
  const facts = Object.entries({ ...event.data, task_id: event.task_id, time: event.timestamp, number: event.seq })
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [h("dt", {}, title(name)), h("dd", { dir: "auto" }, shown(name, value))]);
  details.append(h("dl", { class: "event-data" }, facts));
}

/**
 * @param {string} name
 * @param {any} value
 */
function shown(name, value) {
  if (name === "artifact_id") return link(value, value);
  if (name === "time") return inFull(new Date(value));
  if (Array.isArray(value) && value.length && value.every((item) => item?.artifact_id)) {
    return value.map((
      item,
      index,
    ) => [index > 0 && ", ", link(item.artifact_id, `${title(item.type)} v${item.version}`)]);
  }
  if (typeof value === "object") return h("code", {}, visible(JSON.stringify(value, null, 1)));
  if (name.endsWith("_id") || name === "content_hash") return h("code", {}, value);
  return visible(String(value));
}

/**
 * @param {string} id
 * @param {string} text
 */
const link = (id, text) => h("a", { href: `#artifact=${id}` }, text);

/** @param {[agent: string, progress: Doing]} entry */
export function doingRow([agent]) {
  return h(
    "li",
    { class: "doing" },
    h("span", { class: "event-mark", dataset: { tone: "busy" } }, icon("working", { class: "turning" })),
    h("span", { class: "doing-says" }, h("strong", {}, title(agent)), " ", h("bdi", {})),
    h("progress", { max: "1", "aria-label": `${title(agent)}’s progress` }),
  );
}

/**
 * @param {Element} element
 * @param {[agent: string, progress: Doing]} entry
 */
export function paintDoing(element, [, { stage, message, fraction }]) {
  const [, text, bar] = childrenOf(element);
  write(find("bdi", text), visible(message ?? stage ?? ""));
  const progress = /** @type {HTMLProgressElement} */ (bar);
  progress.hidden = fraction === null || fraction === undefined;
  progress.value = fraction ?? 0;
}

/**
 * A button for each kind of event; `show(kind)` says which one is chosen.
 * @param {(kind: string) => void} choose
 */
export function kindFilter(choose) {
  const buttons = Object.entries(KINDS).map(([kind, word]) => {
    const attributes = { "aria-pressed": String(kind === "all"), dataset: { kind }, onclick: () => choose(kind) };
    return h("button", { type: "button", class: "quiet", ...attributes }, word);
  });
  const element = h("div", { class: "feed-filter", role: "group", "aria-label": "Show events" }, buttons);
  /** @param {string} kind */
  const show = (kind) =>
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.kind === kind)));
  return { element, show };
}
