/** Starts the page. */

import { startAttention } from "./attention.js";
import { startKeyboard } from "./keyboard.js";
import { live } from "./live.js";
import { SIGN_IN, startMe } from "./me.js";
import { pending } from "./pending.js";
import { go } from "./navigation.js";
import { startPalette } from "./palette/shortcut.js";
import { startReach } from "./reach.js";
import { startRouter } from "./router.js";
import { startShell } from "./shell.js";
import { startStops } from "./stops/elements.js";
import "./time-elements.js";

// Who is signed out sees the sign-in, and nothing else: theme.js hides the frame.
if (location.pathname !== SIGN_IN) {
  startShell();
  startStops();
  startAttention();
  startReach();
  live.start();
  pending.start(new AbortController().signal);
  startMe();
  startKeyboard(go);
  startPalette();
}
startRouter();
