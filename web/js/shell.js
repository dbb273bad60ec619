/** The frame around the views: navigation, the number of requests, the connection and the colours. */

import { find, h, icon, write } from "./dom.js";
import { live } from "./live.js";
import { announce } from "./notices.js";
import { pending } from "./pending.js";
import { RehearsalMark } from "./rehearsal.js";
import { save } from "./storage.js";

let viewTitle = "";

/**
 * Mark the link to the view that is shown, and set the title, which starts with the number of requests that this person may decide.
 * @param {string} place
 * @param {string} title
 */
export function showPlace(place, title) {
  viewTitle = title;
  /** @type {NodeListOf<HTMLElement>} */
  const links = document.querySelectorAll("[data-place]");
  for (const link of links) {
    if (link.dataset.place === place) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  retitle();
}

function retitle() {
  const waiting = pending.mine?.length ?? 0;
  document.title = `${waiting ? `(${waiting}) ` : ""}${viewTitle ? `${viewTitle} · ` : ""}BotArmy`;
  const badge = find("[data-pending]");
  badge.hidden = waiting === 0;
  badge.setAttribute("aria-label", `${waiting} waiting`);
  write(badge, waiting > 99 ? "99+" : String(waiting));
}

const STATES = { connecting: "Connecting", open: "Live", lost: "Offline" };

class ConnectionMark extends HTMLElement {
  connectedCallback() {
    const paint = () => {
      this.dataset.state = live.state;
      this.replaceChildren(h("span", {}, STATES[live.state]));
    };
    live.addEventListener("state", paint);
    paint();
  }
}

/** Shown under the bar while the connection is lost; not while the page connects for the first time. */
class ConnectionBanner extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #lost = false;

  connectedCallback() {
    this.setAttribute("role", "status");
    live.addEventListener("state", () => this.#paint());
  }

  #paint() {
    clearInterval(this.#timer);
    if (live.state === "open") {
      this.replaceChildren();
      if (this.#lost) announce("Connected again. The page is up to date.");
      this.#lost = false;
      return;
    }
    if (live.state !== "lost") return;
    this.#lost = true;
    const wait = h("span", { "aria-hidden": "true" });
    this.replaceChildren(
      h(
        "span",
        {},
        "The connection is lost. What you see may be out of date; nothing that happens in the meantime is missed.",
      ),
      wait,
      h("button", { type: "button", onclick: () => live.retry() }, "Try now"),
    );
    const tick = () => write(wait, `Next try in ${Math.max(0, Math.ceil((live.retryAt - Date.now()) / 1000))} s.`);
    tick();
    this.#timer = setInterval(tick, 500);
  }
}

/** @type {Record<string, string>} */
const THEMES = { system: "Colours: system", light: "Colours: light", dark: "Colours: dark" };

function themes() {
  const button = find("[data-theme-button]");
  const paint = () => {
    const theme = document.documentElement.dataset.theme ?? "system";
    button.replaceChildren(icon(`theme-${theme}`, { width: 16, height: 16 }));
    button.setAttribute("aria-label", THEMES[theme]);
    button.title = THEMES[theme];
  };
  button.addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(document.documentElement.dataset.theme ?? "system") + 1) % names.length];
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    save("local", "theme", next === "system" ? null : next);
    paint();
  });
  paint();
}

export function startShell() {
  customElements.define("connection-mark", ConnectionMark);
  customElements.define("connection-banner", ConnectionBanner);
  customElements.define("rehearsal-mark", RehearsalMark);
  pending.addEventListener("change", retitle);
  themes();
}
