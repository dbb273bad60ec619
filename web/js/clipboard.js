/** Copies text to the clipboard. */

import { h } from "./dom.js";
import { toast } from "./notices.js";

/**
 * Copy a text, and show whether that worked.
 * @param {string} text
 */
export async function copyText(text) {
  toast(await write(text) ? "Copied." : `Cannot copy: ${text}`);
}

/** @param {string} text */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Outside HTTPS and localhost there is no clipboard API; a selected field can still be copied.
    return copyFromField(text);
  }
}

/** @param {string} text */
function copyFromField(text) {
  const field = h("textarea", { class: "visually-hidden" });
  field.value = text;
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
