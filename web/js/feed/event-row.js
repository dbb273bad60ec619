/** An event as a row of the feed. */

import { h, icon, write } from "../dom.js";
import { title } from "../labels.js";
import { visible } from "../text.js";
import { inFull } from "../time.js";
import { markOf, sentence } from "./event-sentence.js";

const minutes = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const clock = new Intl.DateTimeFormat(undefined, { ...minutes, second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { ...minutes, day: "numeric", month: "short" });

const patterns = new Map();

/** Rows are copied from one for each mark, not built: that is several times as fast. */
function pattern(name, tone) {
  const key = `${name} ${tone}`;
  if (!patterns.has(key)) {
    patterns.set(key, h("li", { class: "event" },
      h("details", {},
        h("summary", {},
          h("span", { class: "event-mark", dataset: { tone } }, icon(name)),
          h("span", { class: "event-says" }),
          h("time", {}),
          h("span", { class: "event-number" })))));
  }
  return patterns.get(key).cloneNode(true);
}

/** A row with its sentence; what lies behind it is added when it is opened. */
export function row(event) {
  const element = pattern(...markOf(event));
  const [, says, time, number] = element.firstElementChild.firstElementChild.children;
  const moment = new Date(event.timestamp);
  element.dataset.seq = event.seq;
  element.dataset.type = event.event_type;
  element.event = event;
  says.append(...sentence(event).map((part) => (part.text === undefined ? part : h("bdi", {}, part.text))));
  time.dateTime = event.timestamp;
  time.title = inFull(moment);
  time.textContent = (isToday(moment) ? clock : day).format(moment);
  number.textContent = `#${event.seq}`;
  return element;
}

const isToday = (moment) => moment.toDateString() === new Date().toDateString();

/** Put an event's data behind its sentence, once. */
export function unfold(element) {
  const details = element.firstElementChild;
  if (details.childElementCount > 1) return;
  const { event } = element;
  const facts = Object.entries({ ...event.data, task_id: event.task_id, time: event.timestamp, number: event.seq })
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [h("dt", {}, title(name)), h("dd", { dir: "auto" }, shown(name, value))]);
  details.append(h("dl", { class: "event-data" }, facts));
}

function shown(name, value) {
  if (name === "artifact_id") return link(value, value);
  if (name === "time") return inFull(new Date(value));
  if (Array.isArray(value) && value.length && value.every((one) => one?.artifact_id)) {
    return value.map((one, index) => [index > 0 && ", ", link(one.artifact_id, `${title(one.type)} v${one.version}`)]);
  }
  if (typeof value === "object") return h("code", {}, visible(JSON.stringify(value, null, 1)));
  if (name.endsWith("_id") || name === "content_hash") return h("code", {}, value);
  return visible(String(value));
}

const link = (id, text) => h("a", { href: `#artifact=${id}` }, text);

export function doing([agent]) {
  return h("li", { class: "doing" },
    h("span", { class: "event-mark", dataset: { tone: "busy" } }, icon("working", { class: "turning" })),
    h("span", { class: "doing-says" }, h("strong", {}, title(agent)), " ", h("bdi", {})),
    h("progress", { max: "1", "aria-label": `${title(agent)}’s progress` }));
}

export function paintDoing(element, [, { stage, message, fraction }]) {
  const [, says, bar] = element.children;
  write(says.lastElementChild, visible(message ?? stage));
  bar.hidden = fraction === null || fraction === undefined;
  if (!bar.hidden) bar.value = fraction;
}
