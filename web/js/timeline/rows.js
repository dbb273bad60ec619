/** Tasks as bars in rows: a row for each agent, with enough lanes for the bars that overlap. Pure. */

import { OPEN_TASK_STATUSES } from "../labels.js";

/** @import { RequestItem, TaskPublic } from "../api.d.ts" */
/** @import { Scale } from "./scale.js" */

/**
 * A task over time, in ms since the epoch.
 * @typedef {object} Span
 * @property {TaskPublic} task
 * @property {number} from when it began
 * @property {number} worked when its agent was done
 * @property {number} to when it ended, or now
 * @property {boolean} open
 * @property {RequestItem} [request]
 */

/**
 * A span in pixels.
 * @typedef {object} Bar
 * @property {Span} span
 * @property {number} x
 * @property {number} width
 * @property {number} worked the x at which the agent was done
 * @property {number} lane
 * @property {number} top
 * @property {number} height
 * @property {number} free the space to the next bar of its lane, from its start
 */

/** @typedef {{ agent: string, lanes: number, top: number, height: number, bars: Bar[] }} Row */

const MIN_WIDTH = 5; // px of the shortest bar
const MAX_LANES = 16; // with more bars at once, some cover others

/**
 * The spans of tasks, with their requests.
 * @param {TaskPublic[]} tasks
 * @param {RequestItem[]} requests
 * @param {number} now
 */
export function spans(tasks, requests, now) {
  const asked = new Map(requests.map((request) => [request.task_id, request]));
  return tasks.map((task) => {
    const request = asked.get(task.task_id);
    const from = Date.parse(task.created_at);
    const open = OPEN_TASK_STATUSES.has(task.status) || request?.status === "pending";
    const to = open ? now : Date.parse(request?.decided_at ?? task.updated_at);
    const worked = request ? Date.parse(request.created_at) : to;
    return { task, from, worked: Math.max(from, worked), to: Math.max(from, worked, to), open, request };
  });
}

/**
 * The rows of the agents, with their bars.
 * @param {Span[]} spans
 * @param {string[]} agents
 * @param {Scale} scale
 */
export function rows(spans, agents, scale) {
  let top = 0;
  return agents.map((agent) => {
    /** @type {Bar[]} */
    const bars = spans.filter(({ task }) => task.agent_type === agent).sort((a, b) => a.from - b.from).map((span) => {
      const x = Math.min(scale.x(span.from), scale.width - MIN_WIDTH);
      const width = Math.max(MIN_WIDTH, scale.x(span.to) - x);
      const worked = span.request ? scale.x(span.worked) : x + width;
      return { span, x, width, worked, lane: 0, top: 0, height: 0, free: 0 };
    });
    const lanes = fill(bars, scale.width);
    const [height, gap] = lanes <= 2 ? [22, 4] : lanes <= 6 ? [16, 3] : [9, 2];
    for (const bar of bars) Object.assign(bar, { height, top: top + 5 + bar.lane * (height + gap) });
    const row = { agent, lanes, top, height: 10 + lanes * (height + gap) - gap, bars };
    top += row.height;
    return row;
  });
}

/**
 * Give each bar the first lane that is free, else the one that is free soonest. Return the number of lanes.
 * @param {Bar[]} bars
 * @param {number} width
 */
function fill(bars, width) {
  /** @type {Bar[]} the last bar of each lane */
  const last = [];
  /** @param {Bar} bar */
  const end = (bar) => bar.x + bar.width;
  for (const bar of bars) {
    let lane = last.findIndex((other) => end(other) <= bar.x + 0.5);
    if (lane < 0 && last.length < MAX_LANES) lane = last.length;
    else if (lane < 0) lane = last.reduce((best, other, i) => (end(other) < end(last[best]) ? i : best), 0);
    bar.lane = lane;
    bar.free = width - bar.x;
    if (last[lane]) last[lane].free = bar.x - last[lane].x;
    last[lane] = bar;
  }
  return Math.max(1, last.length);
}

/**
 * The bar that a key leads to from bar `at`, or undefined for another key.
 * @param {string} key
 * @param {Bar[]} bars
 * @param {number} at
 * @param {string[]} agents
 */
export function nextBar(key, bars, at, agents) {
  switch (key) {
    case "ArrowRight":
      return bars[Math.min(at + 1, bars.length - 1)];
    case "ArrowLeft":
      return bars[Math.max(at - 1, 0)];
    case "Home":
      return bars[0];
    case "End":
      return bars.at(-1);
    case "ArrowDown":
      return beside(bars, at, agents, 1);
    case "ArrowUp":
      return beside(bars, at, agents, -1);
    default:
      return undefined;
  }
}

/**
 * The bar nearest to bar `at` in the next row, down or up, that has bars.
 * @param {Bar[]} bars
 * @param {number} at
 * @param {string[]} agents
 * @param {number} step
 */
function beside(bars, at, agents, step) {
  /** @param {Bar} bar */
  const agent = ({ span }) => span.task.agent_type;
  const order = agents.filter((name) => bars.some((bar) => agent(bar) === name));
  const wanted = order[order.indexOf(agent(bars[at])) + step];
  /** @param {Bar} bar */
  const distance = (bar) => Math.abs(bar.x - bars[at].x);
  const row = bars.filter((bar) => agent(bar) === wanted);
  return row.length ? row.reduce((best, bar) => (distance(best) <= distance(bar) ? best : bar)) : bars[at];
}
