/** What tasks cost, in tokens and US dollars, and which model did them. Pure. */

import { grouped } from "./text.js";

/** @import { Amounts, BudgetAlert, BudgetPublic, BudgetUnit, PipelineEstimate, ProjectItem, Shortage, TaskPublic, Usage } from "./api.d.ts" */

/** @typedef {{ input_tokens: number, output_tokens: number, cost_usd: number }} Amount */

/**
 * Whether a model was asked. A rehearsal reports a usage, too: of no tokens.
 * @param {Usage | null} usage
 */
export const askedModel = (usage) =>
  Boolean(usage && (usage.asked_for || usage.input_tokens || usage.output_tokens || usage.cost_usd));

/**
 * "$1.20", and with more digits if it is less than a cent: "$0.0042". "$0" is free.
 * @param {number} usd
 */
export const dollars = (usd) => (usd === 0 ? "$0" : `$${amountOf("usd", usd).split(" ")[0]}`);

/**
 * "$0.42, 12,300 tokens".
 * @param {Amount} amount
 */
export const amountInWords = ({ input_tokens, output_tokens, cost_usd }) =>
  spentInWords({ usd: cost_usd, tokens: input_tokens + output_tokens });

/**
 * "$0.42, 12,300 tokens".
 * @param {Pick<Amounts, "usd" | "tokens">} spent
 */
export const spentInWords = ({ usd, tokens }) => `${dollars(usd)}, ${grouped(tokens)} tokens`;

/**
 * Whether a model was asked.
 * @param {Pick<Amounts, "usd" | "tokens">} spent
 */
export const hasSpent = ({ usd, tokens }) => usd > 0 || tokens > 0;

/**
 * What projects have used together, or null if none of them asked a model.
 * @param {Pick<ProjectItem, "spent">[]} projects
 */
export function totalSpent(projects) {
  const total = projects.reduce(
    (sum, { spent }) => ({ usd: sum.usd + spent.usd, tokens: sum.tokens + spent.tokens }),
    { usd: 0, tokens: 0 },
  );
  return hasSpent(total) ? total : null;
}

/**
 * "1.20 USD", "310,000 tokens" or "1:30:00 h" of working time.
 * @param {BudgetUnit} unit
 * @param {number} amount
 */
export function amountOf(unit, amount) {
  if (unit === "usd") {
    const small = [4, 5, 6, 7, 8, 9, 10, 11, 12].find((digits) => Number(amount.toFixed(digits)) > 0) ?? 4;
    return `${amount.toFixed(amount >= 0.01 || !amount ? 2 : small)} USD`;
  }
  if (unit === "tokens") return `${grouped(Math.round(amount))} tokens`;
  const minutes = Math.floor(Math.round(amount) / 60);
  const digits = [minutes % 60, Math.round(amount) % 60].map((part) => String(part).padStart(2, "0"));
  return `${Math.floor(minutes / 60)}:${digits.join(":")} h`;
}

/** @type {BudgetUnit[]} */
const UNITS = ["usd", "tokens", "seconds"];

/**
 * "1.20 of 2.00 USD, 310,000 of 500,000 tokens", or null if nothing is limited.
 * @param {Pick<BudgetPublic, "limits" | "spent">} budget
 */
export function budgetInWords({ limits, spent }) {
  const parts = UNITS.flatMap((unit) => {
    const limit = limits[unit];
    return limit === null ? [] : [`${amountOf(unit, spent[unit]).split(" ")[0]} of ${amountOf(unit, limit)}`];
  });
  return parts.join(", ") || null;
}

/**
 * "90 % of the budget of the project is spent: 1.80 USD of 2.00 USD".
 * @param {BudgetAlert} alert
 */
export const alertInWords = ({ percent, kind, unit, spent, limit }) =>
  `${percent} % of the budget of the ${kind} is spent: ${amountOf(unit, spent)} of ${amountOf(unit, limit)}`;

/**
 * "The budget has been raised to 7.00 USD meanwhile. 5.10 USD of 7.00 USD are spent now. ..."
 * @param {Shortage} asked the budget as the gate asked about it
 * @param {Shortage} now
 */
export function shortageInWords(asked, now) {
  const [spent, limit] = [now.spent, now.limit].map((amount) => amountOf(now.unit, amount));
  const state = `${spent} of ${limit} are spent now.`;
  return now.limit > asked.limit
    ? `The budget has been raised to ${limit} meanwhile. ${state} Leave the amount empty to continue without a further raise.`
    : state;
}

/**
 * "12 earlier projects of this pipeline with openai:gpt-5: $0.42 ($0.20 to $1.35), 0:05:10 h of work (0:03:00 h to 0:15:00 h).", or null.
 * @param {PipelineEstimate} estimate
 */
export function estimateInWords({ model, projects, cost_usd: cost, working_seconds: time }) {
  if (!cost || !time) return null;
  const [usual, least, most] = [time.median, time.least, time.most].map((each) => amountOf("seconds", each));
  const which = model ? `with ${model}` : "with any model";
  return `${projects} earlier projects of this pipeline ${which}: ${dollars(cost.median)} (${dollars(cost.least)} to ` +
    `${dollars(cost.most)}), ${usual} of work (${least} to ${most}).`;
}

/**
 * What is wrong with a budget that was typed, or "".
 * @param {string} text
 */
export function budgetProblem(text) {
  const amount = /^\d+(\.\d+)?\s*(usd|\$|tok|tokens|ktok|mtok|s|m|min|h|d)?$/i;
  const parts = text.split(",").map((part) => part.trim());
  return !text.trim() || parts.every((part) => amount.test(part) && parseFloat(part) > 0)
    ? ""
    : "Write amounts with their units, such as 2usd or 2usd,500ktok,2h.";
}

/**
 * "openai:gpt-5: its server failed." for each model that failed, and another one was asked instead.
 * @param {Usage} usage
 */
export const fallbacksInWords = ({ fallbacks }) =>
  (fallbacks ?? []).map(({ failed, reason, asked_instead: instead }) =>
    `${failed} failed: ${reason} ${instead} was asked.`
  );

/**
 * "openai:gpt-5, answered by gpt-5-2025-08-07".
 * @param {Usage} usage
 */
export function modelInWords({ asked_for: asked, model }) {
  if (!asked) return model;
  return !model || asked === model || asked.endsWith(`:${model}`) ? asked : `${asked}, answered by ${model}`;
}
