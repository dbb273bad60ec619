/** The one door for markup: what the API has sanitised. The Content-Security-Policy allows no other. */

const policy = globalThis.trustedTypes?.createPolicy("botarmy", { createHTML: (html) => html });

/** The elements of an artifact's HTML representation. */
export function rendered(html) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}
