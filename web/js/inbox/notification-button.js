/** The button that turns the browser's notifications on and off. */

import { canNotify, notifies, toggleNotifications } from "../attention.js";
import { h, icon } from "../dom.js";
import { toast } from "../notices.js";

/** The button, or null if the browser has no notifications here. */
export function notificationButton() {
  if (!canNotify) return null;
  const button = h(
    "button",
    { type: "button", class: "quiet notify", onclick: press },
    icon("bell", { width: 16, height: 16 }),
  );

  function paint() {
    const on = notifies();
    const label = on ? "Notifications are on" : "Notify me of new requests";
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", "Notify me of new, failed and soon expiring requests");
    button.title = label;
  }

  async function press() {
    const on = await toggleNotifications();
    if (!on && Notification.permission === "denied") toast("Your browser blocks notifications of this page.");
    else toast(on ? "You will be notified of new, failed and soon expiring requests." : "Notifications are off.");
    paint();
  }

  paint();
  return button;
}
