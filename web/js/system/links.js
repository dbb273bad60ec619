/** Where else to look: Temporal's web UI, and the API's documents. */

import { h, icon } from "../dom.js";

const LINKS = [
  ["temporal_ui", "Temporal's web UI", "Each project's workflow, step by step", null],
  ["api_docs", "API documentation", "Every call, with its shapes and examples", "/docs"],
  ["openapi", "OpenAPI document", "The same for programs", "/openapi.json"],
];

/** `given` is what the API says of its links, where it does. */
export function links(given = {}) {
  return h("ul", { class: "system-links", role: "list", "aria-label": "Links" }, LINKS
    .map(([key, name, what, fallback]) => [given[key] ?? fallback, name, what])
    .filter(([href]) => href && /^(https?:\/\/|\/)/.test(href))
    .map(([href, name, what]) => h("li", {},
      h("a", { href, target: "_blank", rel: "noreferrer" }, name, icon("elsewhere")), h("span", { class: "soft" }, what))));
}
