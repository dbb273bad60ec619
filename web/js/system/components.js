/** The components that BotArmy is made of: how each is, and what to do about one that is down. */

import { badge } from "../badges.js";
import { each, h, write } from "../dom.js";
import { count, title } from "../labels.js";
import { standing } from "./health.js";
import { paintTrace, trace } from "./latency-chart.js";

/** What each is, what it does, and what its absence means and asks for; see docs/operations.md and troubleshooting.md. */
const KNOWN = {
  api: {
    name: "API", called: "the API", does: "Serves this page, REST and the WebSocket",
    down: "Nothing answers at this address. Look with `botarmy status` whether BotArmy runs, and start it with `botarmy up`.",
  },
  database: {
    name: "PostgreSQL", does: "Keeps projects, artifacts and events",
    down: "Calls are refused until it is back; then everything goes on by itself, and nothing that was acknowledged is lost. Check its server and `DATABASE_URL`.",
  },
  redis: {
    name: "Redis", does: "Tells listeners at once what is new",
    down: "Everything works without it; this page only hears of events a little later. Check its server and `REDIS_URL`.",
  },
  temporal: {
    name: "Temporal", does: "Decides what happens next",
    down: "New projects stay “Starting”, and decisions cannot be taken, until it is back; then it goes on by itself. Check its server and `TEMPORAL_ADDRESS`.",
  },
  worker: {
    name: "Worker", called: "the worker", does: "Runs the agents' steps",
    down: "No step runs. Start a worker; if one runs, compare its `BOTARMY_TASK_QUEUE` and `TEMPORAL_NAMESPACE` with the API's.",
  },
};

const HEADS = ["Component", "Last minutes", "Latency", "Version", "Status"];

export function components() {
  const body = h("tbody", { role: "rowgroup" });
  const element = h("table", { class: "components", role: "table", "aria-label": "Components" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, HEADS.map((word) => h("th", { role: "columnheader", scope: "col" }, word)))),
    body);
  return { element, paint: (health) => each(body, listed(health), ({ key }) => key, row, paintRow) };
}

/** The API first, which answers itself by answering. */
function listed({ found, error, took }) {
  const api = { key: "api", status: error ? "down" : "ok", latency_ms: error ? null : took, version: found?.version, detail: error?.message };
  const others = Object.entries(found?.components ?? {}).map(([key, one]) => ({ key, ...one }));
  // While the API is away, nobody knows how the others are.
  return [api, ...others.map((one) => (error ? { ...one, status: "unknown", latency_ms: null, detail: null } : one))];
}

/** How many are down, as a sentence. */
export function verdict(health) {
  const down = listed(health).filter(({ status }) => status === "down").map(({ key }) => KNOWN[key]?.called ?? KNOWN[key]?.name ?? key);
  const still = health.error ? "" : standing(health.found);
  if (!down.length) return still || "Everything is well";
  return title([`${list.format(down)} ${down.length === 1 ? "is" : "are"} down`, still].filter(Boolean).join("; "));
}

const list = new Intl.ListFormat("en-GB");

function row({ key }) {
  const { name = title(key), does = "" } = KNOWN[key] ?? {};
  const cell = (...children) => h("td", { role: "cell" }, ...children);
  return h("tr", { role: "row" },
    h("th", { role: "rowheader", scope: "row" }, h("span", { class: "component-name" }, name), " ", h("span", { class: "component-does" }, does)),
    cell(trace()), cell(), cell(), cell());
}

function paintRow(element, { key, status, latency_ms: latency, version, detail, count: number }) {
  const [, past, took, edition, state] = element.children;
  paintTrace(past.firstElementChild, latency, status);
  write(took, latency === null || latency === undefined ? "–" : milliseconds(latency));
  write(edition, number !== undefined && number !== null ? [count(number, "worker"), version].filter(Boolean).join(", ") : version ?? "–");
  if (element.dataset.status !== status) state.replaceChildren(badge("component", status));
  element.dataset.status = status;
  const help = status === "down" && KNOWN[key]?.down;
  const told = [detail, help].filter(Boolean).join(" ");
  if ((element.dataset.told ?? "") === told) return;
  element.dataset.told = told;
  element.querySelector(".component-more")?.remove();
  if (told) {
    element.append(h("td", { role: "cell", class: "component-more" }, detail && h("p", { class: "mono" }, detail), help && h("p", {}, coded(help))));
  }
}

const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** What stands between back ticks is code. */
const coded = (text) => text.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part));
