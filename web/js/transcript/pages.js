/** The part of a task's transcript that was read, page by page, and what it says in words. Pure. */

import { count } from "../labels.js";
import { duration } from "../time.js";
import { amountInWords, dollars } from "../usage.js";

/** @import { ToolCallPublic, TranscriptPublic, TurnPublic } from "../api.d.ts" */

/** @typedef {Pick<TranscriptPublic, "prompt" | "turns" | "discarded_count">} Known what was read */

export const PAGE = 20; // turns

/** @type {Known} */
export const NOTHING = { prompt: null, turns: [], discarded_count: 0 };

/**
 * What to read next: the turns that follow, if a reader wants `more`; else the newest known turn again, because its
 * calls may have results by now, and what follows it if all turns before it are known.
 * @param {Known} known
 * @param {number} total
 * @param {boolean} more
 */
export function nextQuery({ turns }, total, more) {
  if (more) return { after: turns.length, limit: PAGE };
  return { after: Math.max(0, turns.length - 1), limit: turns.length && turns.length < total ? 1 : PAGE };
}

/**
 * What is known after reading a page of the turns after number `after`; null if the step has discarded an earlier turn,
 * so that everything has to be read again.
 * @param {Known} known
 * @param {TranscriptPublic} page
 * @param {number} after
 * @returns {Known | null}
 */
export function merged(known, page, after) {
  const { discarded_count } = page;
  if (after === 0) return { prompt: page.prompt, turns: page.turns, discarded_count };
  if (page.turn_count < known.turns.length || isReplaced(known.turns[after], page.turns[0])) return null;
  const added = discarded(page.turns) - discarded(known.turns.slice(after));
  if (discarded_count - known.discarded_count !== added) return null;
  return { prompt: known.prompt, turns: [...known.turns.slice(0, after), ...page.turns], discarded_count };
}

/** @param {TurnPublic[]} turns */
const discarded = (turns) => turns.filter((turn) => turn.discarded).length;

/**
 * @param {TurnPublic | undefined} before
 * @param {TurnPublic | undefined} now
 */
const isReplaced = (before, now) => before !== undefined && before.at !== now?.at;

/**
 * "12 turns, $0.42, 51,230 tokens; the model took 2 min 3 s, its tools 12.4 s".
 * @param {TranscriptPublic} transcript
 */
export function sumsInWords(transcript) {
  const { turn_count: turns, model_seconds: model, tool_seconds: tools } = transcript;
  if (!turns) return "The model has not responded so far.";
  const time = `the model took ${duration(model * 1000)}, its tools ${duration(tools * 1000)}`;
  return `${count(turns, "turn")}, ${amountInWords(transcript)}; ${time}`;
}

/**
 * "8.4 s, $0.01, 5,120 tokens in (4,000 of them cached), 310 out".
 * @param {TurnPublic} turn
 */
export function turnInWords({ seconds, cost_usd: cost, input_tokens: input, output_tokens: output, cached_tokens }) {
  const cached = cached_tokens ? ` (${number(cached_tokens)} of them cached)` : "";
  return `${duration(seconds * 1000)}, ${dollars(cost)}, ${number(input)} tokens in${cached}, ${number(output)} out`;
}

/** @param {number} value */
const number = (value) => value.toLocaleString("en-GB");

const MAX_BRIEF = 80; // characters

/**
 * What a call is about, in a few words: the first argument that is a short text, such as a path.
 * @param {ToolCallPublic} call
 */
export function callInBrief({ arguments: given }) {
  if (typeof given === "string") return "";
  const text = Object.values(given).find((value) => typeof value === "string" && value && !value.includes("\n"));
  if (typeof text !== "string") return "";
  return text.length > MAX_BRIEF ? `${text.slice(0, MAX_BRIEF)}…` : text;
}

const MAX_ARGUMENTS = 20;

/**
 * The arguments of a call, each with its name and as text; those that are not an object, or are very many, as one text.
 * @param {ToolCallPublic} call
 * @returns {[name: string, text: string][]}
 */
export function argumentTexts({ arguments: given }) {
  if (typeof given === "string") return [["arguments", given]];
  const pairs = Object.entries(given);
  if (pairs.length > MAX_ARGUMENTS) return [["arguments", JSON.stringify(given, null, 2)]];
  return pairs.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value, null, 2)]);
}
