/** The command palette: a field, and what matches it; Enter opens the selected entry. Loaded when it is first opened. */

import { each, find, h, icon, write } from "../dom.js";
import { me } from "../me.js";
import { go } from "../navigation.js";
import { messageOf } from "../notices.js";
import { pending } from "../pending.js";
import { projects } from "../rest.js";
import { style } from "../style.js";
import { offered } from "./actions.js";
import { everywhere, matching, PLACES, projectEntry, requestEntry } from "./entries.js";

/** @import { PaletteEntry } from "./entries.js" */

await style("palette.css");

const SEARCH_DELAY = 120; // ms without a key, after which projects are searched
const MOST_PROJECTS = 8;
const MOST_REQUESTS = 8;

/** Open the palette, a dialog that is removed when it closes. */
export function openPalette() {
  if (document.querySelector("dialog[open]")) return;
  const controller = new AbortController();
  const field = h("input", {
    type: "text",
    class: "palette-field",
    role: "combobox",
    "aria-label": "Search projects, requests, views and actions",
    "aria-expanded": "true",
    "aria-controls": "palette-list",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "Project, request or action",
    oninput: () => typed(),
    onkeydown: (event) => key(event),
  });
  const list = h("div", { id: "palette-list", class: "palette-list", role: "listbox", "aria-label": "Results" });
  const none = h("p", { class: "palette-none soft", role: "status" });
  const onclose = () => {
    controller.abort();
    dialog.remove();
  };
  /** @param {MouseEvent} event */
  const onclick = (event) => event.target === dialog && dialog.close();
  const close = h(
    "button",
    {
      type: "button",
      class: "quiet icon-button palette-close",
      "aria-label": "Close",
      onclick: () => field.closest("dialog")?.close(),
    },
    icon("close"),
  );
  const keys = h("kbd", { "aria-hidden": "true" }, "Esc");
  const head = h("div", { class: "palette-head" }, icon("search"), field, keys, close);
  const dialog = h("dialog", { class: "palette", "aria-label": "Search", onclose, onclick }, head, list, none);
  /** @type {PaletteEntry[]} */
  let found = [];
  /** @type {PaletteEntry[]} */
  let shown = [];
  let at = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function paint() {
    const text = field.value.trim();
    const requests = ((text ? pending.items : pending.mine) ?? []).map(requestEntry);
    const actions = me.may("run") ? everywhere(() => find("stop-button button").click()) : [];
    const others = matching([...requests, ...offered(), ...actions, ...PLACES], text);
    // Without words, a few of each; the server has searched the projects.
    shown = [
      ...others.filter(({ group }) => group === "Needs you").slice(0, text ? MOST_REQUESTS : 3),
      ...others.filter(({ group }) => group !== "Needs you" && group !== "Go to"),
      ...found,
      ...others.filter(({ group }) => group === "Go to"),
    ];
    at = Math.min(at, Math.max(0, shown.length - 1));
    const groups = Map.groupBy(shown, ({ group }) => group);
    each(list, groups, ([group]) => group, groupElement, (element, [, entries]) => {
      each(find("div", element), entries, ({ id }) => id, row);
    });
    write(none, shown.length ? "" : "Nothing matches.");
    select();
  }

  const options = () => /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=option]")]);

  function select() {
    const rows = options();
    rows.forEach((element, index) => element.setAttribute("aria-selected", String(index === at)));
    const current = rows[at];
    if (current) field.setAttribute("aria-activedescendant", current.id);
    else field.removeAttribute("aria-activedescendant");
    current?.scrollIntoView({ block: "nearest" });
  }

  /** @param {PaletteEntry} entry */
  function row(entry) {
    const { id, icon: name, text, note = "", keys = "", changes } = entry;
    return h(
      "div",
      {
        class: "palette-row",
        role: "option",
        id: `palette-${id.replaceAll(" ", "-")}`,
        ...(changes && { dataset: { changes: "" } }),
        onclick: () => choose(entry),
        onpointermove: () => {
          at = shown.indexOf(shown.find((other) => other.id === id) ?? entry);
          select();
        },
      },
      icon(name),
      h("span", { class: "palette-text cut", dir: "auto" }, text),
      h("span", { class: "palette-note soft cut", dir: "auto" }, note),
      h("span", { class: "palette-keys" }, keys.split(" ").filter(Boolean).map((each) => h("kbd", {}, each))),
    );
  }

  /** @param {PaletteEntry} entry */
  function choose({ href, run }) {
    dialog.close();
    if (href) go(href);
    else run?.();
  }

  function typed() {
    at = 0;
    paint();
    clearTimeout(timer);
    timer = setTimeout(search, SEARCH_DELAY);
  }

  async function search() {
    const text = field.value.trim();
    const query = { search: text, limit: MOST_PROJECTS, sort: "-updated" };
    try {
      const { items } = await projects.list(query, { signal: controller.signal });
      if (text !== field.value.trim()) return;
      found = items.map(projectEntry);
      paint();
    } catch (error) {
      if (!controller.signal.aborted) write(none, `Cannot search the projects: ${messageOf(error)}`);
    }
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    const last = shown.length - 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at === 0 ? last : at - 1 };
    if (event.key in moves && last >= 0) {
      at = moves[event.key];
      select();
    } else if (event.key === "Enter" && !event.isComposing) options()[at]?.click(); // refused as a click is
    else return;
    event.preventDefault();
  }

  document.body.append(dialog);
  dialog.showModal();
  paint();
  search();
}

/** @param {[group: string, entries: PaletteEntry[]]} item */
function groupElement([group]) {
  const heading = h("h2", { class: "palette-group", role: "presentation" }, group);
  return h("div", { role: "group", "aria-label": group }, heading, h("div", { role: "presentation" }));
}
