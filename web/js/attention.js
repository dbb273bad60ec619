/**
 * Tells people of requests that they may decide: new ones to screen readers, and, if they have asked for it, new, failed and
 * soon expiring ones in notifications of the browser. A notification leads to its request, and never decides.
 */

import { isFailure, rowTitle } from "./inbox/titles.js";
import { go } from "./navigation.js";
import { announce } from "./notices.js";
import { pending } from "./pending.js";
import { load, save } from "./storage.js";
import { visible } from "./text.js";

/** @import { PendingRequest } from "./api.d.ts" */

const SETTING = "botarmy.notifications";
const SOON = 3_600_000; // ms before its deadline that a request is announced again
const INTERVAL = 30_000;
const SUBJECT_DIGITS = 12; // as many as the terminal shows
const MANY = 3; // new requests at once that are counted instead of named

/** The ids of the requests that were there before; null until the first list. @type {Set<string> | null} */
let known = null;
/** The requests whose deadline was announced, each with that deadline. @type {Set<string>} */
const warned = new Set();

/** Whether the browser can show notifications: only over HTTPS and on localhost. */
export const canNotify = "Notification" in globalThis && globalThis.isSecureContext;

/** Whether notifications are on: the person has asked for them, and the browser permits them. */
export const notifies = () => canNotify && load("local", SETTING) === "on" && Notification.permission === "granted";

/** Turn notifications on or off, after a click: only then may the browser be asked. Return whether they are on. */
export async function toggleNotifications() {
  const on = !notifies();
  save("local", SETTING, on ? "on" : null);
  return on && await Notification.requestPermission() === "granted";
}

/** @param {PendingRequest} request */
const inWords = (request) => `${visible(request.project_name)}: ${rowTitle(request)}`;

/**
 * @param {PendingRequest} request
 * @param {string} title
 */
function notify(request, title) {
  if (!notifies()) return;
  // The tag lets several tabs show one notification.
  const tag = `${request.request_id} ${title}`;
  const subject = request.subject_hash ? `\nSubject ${request.subject_hash.slice(0, SUBJECT_DIGITS)}` : "";
  const notification = new Notification(title, { body: inWords(request) + subject, tag });
  notification.onclick = () => {
    focus();
    go(`/inbox?request=${request.request_id}`);
    notification.close();
  };
}

function compare() {
  const items = pending.mine;
  if (!items) return;
  const before = known;
  known = new Set(items.map(({ request_id }) => request_id));
  if (!before) return;
  const fresh = items.filter(({ request_id }) => !before.has(request_id));
  if (fresh.length) {
    announce(fresh.length > MANY ? `${fresh.length} new requests.` : `New: ${fresh.map(inWords).join("; ")}.`);
  }
  for (const request of fresh) notify(request, isFailure(request) ? "A step needs help" : "A review is waiting");
}

/** Warn once of each deadline that is near. */
function warn() {
  for (const request of pending.mine ?? []) {
    const left = Date.parse(request.expires_at) - Date.now();
    const key = `${request.request_id} ${request.expires_at}`;
    if (request.deadline_held || left > SOON || left <= 0 || warned.has(key)) continue;
    warned.add(key);
    notify(request, "A request expires soon");
  }
}

export function startAttention() {
  pending.addEventListener("change", () => {
    compare();
    warn();
  });
  setInterval(warn, INTERVAL);
}
