/** What tasks cost, in tokens and US dollars, and which model did them. Pure. */

/** @import { TaskPublic, Usage } from "./api.d.ts" */

/** @typedef {{ input_tokens: number, output_tokens: number, cost_usd: number }} Amount */

/**
 * Whether a model was asked. A rehearsal reports a usage, too: of no tokens.
 * @param {Usage | null} usage
 */
export const askedModel = (usage) =>
  Boolean(usage && (usage.asked_for || usage.input_tokens || usage.output_tokens || usage.cost_usd));

/**
 * What the tasks used together, or null if none of them asked a model.
 * @param {Pick<TaskPublic, "usage">[]} tasks
 * @returns {Amount | null}
 */
export function totalUsage(tasks) {
  const asked = tasks.flatMap(({ usage }) => (usage && askedModel(usage) ? [usage] : []));
  if (!asked.length) return null;
  /** @param {keyof Amount} name */
  const sum = (name) => asked.reduce((total, usage) => total + usage[name], 0);
  return {
    input_tokens: sum("input_tokens"),
    output_tokens: sum("output_tokens"),
    cost_usd: sum("cost_usd"),
  };
}

/**
 * "$1.20", and with two digits that count if it is less than a cent: "$0.0042". "$0" is free.
 * @param {number} usd
 */
export function dollars(usd) {
  if (usd === 0) return "$0";
  if (usd < 0.01) return `$${usd.toFixed(Math.min(8, 1 - Math.floor(Math.log10(usd))))}`;
  return `$${usd.toFixed(2)}`;
}

/**
 * "$0.42, 12,300 tokens".
 * @param {Amount} amount
 */
export const amountInWords = ({ input_tokens, output_tokens, cost_usd }) =>
  `${dollars(cost_usd)}, ${(input_tokens + output_tokens).toLocaleString("en-GB")} tokens`;

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
