/** Choose one of the people and services. */

import { h } from "../dom.js";
import { visible } from "../text.js";

/** @import { PersonPublic } from "../api.d.ts" */

/**
 * A required choice, of nobody at first: who opens the form is not who is meant. Null if nobody is left to choose.
 * @param {PersonPublic[]} everybody
 * @param {{ principal_id: string }[]} others who cannot be chosen
 */
export function personSelect(everybody, others) {
  const known = new Set(others.map(({ principal_id }) => principal_id));
  const left = everybody.filter(({ principal_id }) => !known.has(principal_id));
  const options = left.map(({ principal_id, name, login }) =>
    h("option", { value: principal_id }, visible(login ? `${name} (${login})` : name))
  );
  return left.length ? h("select", { required: true }, h("option", { value: "" }, "Choose …"), ...options) : null;
}

/** The name that is chosen. @param {HTMLSelectElement} select */
export const chosenName = (select) => select.selectedOptions[0]?.textContent ?? "";
