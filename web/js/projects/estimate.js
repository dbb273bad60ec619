/** What earlier projects of the chosen pipeline have cost, in the dialog that starts a project. */

import { h, write } from "../dom.js";
import { catalogue } from "../rest.js";
import { estimateInWords } from "../usage.js";

/** @import { PipelineEstimate } from "../api.d.ts" */

/**
 * A line that is hidden while nothing can be said. `show(pipeline, model)` shows that of a pipeline, or with "" none; ""
 * is the server's model.
 * @param {AbortSignal} signal
 */
export function estimateLine(signal) {
  const element = h("p", { class: "soft numbers start-estimate", hidden: true });
  /** @type {Map<string, PipelineEstimate>} */
  const cache = new Map();
  let wanted = "";

  /**
   * @param {string} pipeline
   * @param {string} model
   */
  async function show(pipeline, model) {
    const key = `${pipeline} ${model}`;
    wanted = key;
    element.hidden = true;
    if (!pipeline) return;
    try {
      cache.set(key, cache.get(key) ?? (await catalogue.estimate(pipeline, model, { signal })));
    } catch {
      return; // a project can be started without an estimate
    }
    if (wanted !== key) return;
    const found = cache.get(key);
    const text = (found && estimateInWords(found)) ?? "";
    write(element, text);
    element.hidden = !text;
  }

  return { element, show };
}
