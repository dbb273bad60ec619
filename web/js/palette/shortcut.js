/** Ctrl-K, or Command-K, and the button in the bar open the palette. */

import { find } from "../dom.js";
import { APPLE } from "../keyboard.js";
import { messageOf, toast } from "../notices.js";

export function startPalette() {
  const button = find("[data-palette-button]");
  if (APPLE) find("kbd", button).textContent = "⌘ K";
  button.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    const chord = (APPLE ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey;
    if (!chord || event.key.toLowerCase() !== "k") return;
    event.preventDefault(); // browsers use it for their own search
    open();
  });
}

async function open() {
  try {
    const { openPalette } = await import("./palette.js");
    openPalette();
  } catch (error) {
    toast(`That did not work: ${messageOf(error)}`);
  }
}
