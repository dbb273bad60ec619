/** What earlier projects of the chosen pipeline have cost, in the dialog that starts a project. */

import { h, write } from "../dom.js";
import { catalogue } from "../rest.js";
import { estimateInWords } from "../usage.js";

/** @import { PipelineEstimate } from "../api.d.ts" */

/**
 * A line that is hidden while nothing can be said. `show(pipeline)` shows that of a pipeline, or with "" none.
 * @param {AbortSignal} signal
 */
export function estimateLine(signal) {
  const element = h("p", { class: "soft numbers start-estimate", hidden: true });
  /** @type {Map<string, PipelineEstimate>} */
  const cache = new Map();
  let wanted = "";

  /** @param {string} pipeline */
  async function show(pipeline) {
    wanted = pipeline;
    element.hidden = true;
    if (!pipeline) return;
    try {
      cache.set(pipeline, cache.get(pipeline) ?? (await catalogue.estimate(pipeline, { signal })));
    } catch {
      return; // a project can be started without an estimate
    }
    if (wanted !== pipeline) return;
    const found = cache.get(pipeline);
    const text = (found && estimateInWords(found)) ?? "";
    write(element, text);
    element.hidden = !text;
  }

  return { element, show };
}
