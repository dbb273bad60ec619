/** The components of BotArmy: the state of each, and what to do about one that is down. */

import { badge } from "../badges.js";
import { childrenOf, each, h, write } from "../dom.js";
import { count, title } from "../labels.js";
import { messageOf } from "../notices.js";
import { joined } from "../text.js";
import { stoppedSentence } from "./health.js";
import { paintTrace, trace } from "./latency-chart.js";

/** @import { ComponentHealth } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */
/** @import { Health } from "./health.js" */

/**
 * @typedef {object} Component
 * @property {string} key
 * @property {string} status
 * @property {number | null} [latency_ms]
 * @property {string | null} [version]
 * @property {string | null} [detail]
 * @property {number | null} [count]
 */

/** What each component does, and what to know and do if it is down; see docs/operations.md and troubleshooting.md. */
/** @type {Record<string, { name: string, called?: string, does: string, down: string }>} */
const KNOWN = {
  api: {
    name: "API",
    called: "the API",
    does: "Serves this page, REST and the WebSocket",
    down:
      "Nothing answers at this address. `botarmy status` shows whether BotArmy is running, and `botarmy up` starts it.",
  },
  database: {
    name: "PostgreSQL",
    does: "Stores projects, artifacts and events",
    down:
      "Calls are refused until it is back; then everything continues by itself, and nothing that was acknowledged is lost. Check its server and `DATABASE_URL`.",
  },
  redis: {
    name: "Redis",
    does: "Announces new events at once",
    down:
      "Everything works without it; this page only receives events a little later. Check its server and `REDIS_URL`.",
  },
  temporal: {
    name: "Temporal",
    does: "Decides what happens next",
    down:
      "New projects stay “Starting”, and decisions cannot be accepted, until it is back; then everything continues by itself. Check its server and `TEMPORAL_ADDRESS`.",
  },
  worker: {
    name: "Worker",
    called: "the worker",
    does: "Runs the agents' steps",
    down:
      "No step runs. Start a worker; if one runs, compare its `BOTARMY_TASK_QUEUE` and `TEMPORAL_NAMESPACE` with the API's.",
  },
};

const HEADS = ["Component", "Last minutes", "Latency", "Version", "Status"];

export function components() {
  const body = h("tbody", { role: "rowgroup" });
  const element = h(
    "table",
    { class: "components", role: "table", "aria-label": "Components" },
    h(
      "thead",
      { role: "rowgroup" },
      h("tr", { role: "row" }, HEADS.map((word) => h("th", { role: "columnheader", scope: "col" }, word))),
    ),
    body,
  );
  return {
    element,
    /** @param {Health} health */
    paint(health) {
      each(body, listed(health), ({ key }) => key, row, paintRow);
    },
  };
}

/**
 * The API comes first: its response shows that it is up.
 * @param {Health} health
 */
function listed({ found, error, took }) {
  /** @type {Component} */
  const api = {
    key: "api",
    status: error ? "down" : "ok",
    latency_ms: error ? null : took,
    version: found?.version,
    detail: error ? messageOf(error) : null,
  };
  /** @type {Component[]} */
  const others = Object.entries(found?.components ?? {}).map(([key, component]) => ({ key, ...component }));
  // While the API is unavailable, the state of the others is unknown.
  const unknown = { status: "unknown", latency_ms: null, detail: null };
  return [api, ...others.map((component) => (error ? { ...component, ...unknown } : component))];
}

/**
 * How many are down, as a sentence.
 * @param {Health} health
 */
export function verdict(health) {
  const down = listed(health).filter(({ status }) => status === "down").map(({ key }) =>
    KNOWN[key]?.called ?? KNOWN[key]?.name ?? key
  );
  const stopped = health.error ? "" : stoppedSentence(health.found);
  if (!down.length) return stopped || "Everything is running";
  return title([`${joined(down)} ${down.length === 1 ? "is" : "are"} down`, stopped].filter(Boolean).join("; "));
}

/** @param {Component} component */
function row({ key }) {
  const { name = title(key), does = "" } = KNOWN[key] ?? {};
  /** @param {...Child} children */
  const cell = (...children) => h("td", { role: "cell" }, ...children);
  return h(
    "tr",
    { role: "row" },
    h(
      "th",
      { role: "rowheader", scope: "row" },
      h("span", { class: "component-name" }, name),
      " ",
      h("span", { class: "component-does" }, does),
    ),
    cell(trace()),
    cell(),
    cell(),
    cell(),
  );
}

/**
 * @param {HTMLElement} element
 * @param {Component} component
 */
function paintRow(element, { key, status, latency_ms: latency, version, detail, count: number }) {
  const [, history, took, versionCell, state] = childrenOf(element);
  paintTrace(childrenOf(history)[0], latency ?? null, status);
  write(took, latency === null || latency === undefined ? "–" : milliseconds(latency));
  write(
    versionCell,
    number !== undefined && number !== null
      ? [count(number, "worker"), version].filter(Boolean).join(", ")
      : version ?? "–",
  );
  if (element.dataset.status !== status) state.replaceChildren(badge("component", status));
  element.dataset.status = status;
  const help = status === "down" && KNOWN[key]?.down;
  const shown = [detail, help].filter(Boolean).join(" ");
  if ((element.dataset.shown ?? "") === shown) return;
  element.dataset.shown = shown;
  element.querySelector(".component-more")?.remove();
  if (shown) {
    element.append(
      h(
        "td",
        { role: "cell", class: "component-more" },
        detail && h("p", { class: "mono" }, detail),
        help && h("p", {}, coded(help)),
      ),
    );
  }
}

/** @param {number} ms */
const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/**
 * Text between backticks becomes code.
 * @param {string} text
 */
const coded = (text) => text.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part));
