/** The order and the groups of the list: what failed first, then what expires first. Pure. */

import { title } from "../labels.js";
import { visible } from "../text.js";
import { byDeadline } from "./deadline.js";
import { byAge } from "./entry.js";
import { isFailure } from "./titles.js";

/** @import { Entry } from "./entry.js" */

/** @typedef {"deadline" | "project" | "step"} Grouping */

/** What the list can be grouped by; the first is the default. @type {[Grouping, string][]} */
export const GROUPINGS = [["deadline", "Deadline"], ["project", "Project"], ["step", "Step"]];

const HOUR = 3_600_000;

/** How long is left at most in each group, in hours. @type {[number, string][]} */
const SPANS = [[1, "Within an hour"], [24, "Within a day"], [7 * 24, "Within a week"], [Infinity, "Later"]];

/**
 * Failures first, then by deadline. Deadlines on hold come last.
 * @param {Entry} a
 * @param {Entry} b
 */
export function byUrgency(a, b) {
  const [x, y] = [a.request, b.request];
  const failures = Number(isFailure(y)) - Number(isFailure(x));
  return failures || byDeadline(x, y) || byAge(a, b);
}

/**
 * The groups of entries that are in order; each group has the place of its first entry.
 * @param {Entry[]} entries
 * @param {Grouping} grouping
 */
export function grouped(entries, grouping, now = Date.now()) {
  const name = { deadline: span, project: projectOf, step: stepOf }[grouping];
  /** @type {Map<string, { name: string, entries: Entry[] }>} */
  const groups = new Map();
  for (const entry of entries) {
    const [key, label] = name(entry, now);
    const group = groups.get(key) ?? { name: label, entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups].map(([key, group]) => ({ key, ...group }));
}

/**
 * @param {Entry} entry
 * @param {number} now
 * @returns {[key: string, label: string]}
 */
function span({ request }, now) {
  if (isFailure(request)) return ["failed", "Failed or stopped"];
  if (request.deadline_held) return ["held", "On hold"];
  const left = Date.parse(request.expires_at) - now;
  const [, label] = SPANS.find(([hours]) => left < hours * HOUR) ?? SPANS[SPANS.length - 1];
  return [label, label];
}

/** @type {(entry: Entry) => [key: string, label: string]} */
const projectOf = ({ request }) => [request.project_id, visible(request.project_name)];

/** @type {(entry: Entry) => [key: string, label: string]} */
const stepOf = ({ request }) => [request.stage, title(request.stage)];
