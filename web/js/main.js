/** Starts the page. */

import { startAttention } from "./attention.js";
import { startKeyboard } from "./keyboard.js";
import { live } from "./live.js";
import { pending } from "./pending.js";
import { go } from "./navigation.js";
import { startPalette } from "./palette/shortcut.js";
import { startReach } from "./reach.js";
import { startRouter } from "./router.js";
import { startShell } from "./shell.js";
import { startStops } from "./stops/elements.js";
import "./time-elements.js";

startShell();
startStops();
startAttention();
live.start();
startReach();
pending.start(new AbortController().signal);
startKeyboard(go);
startPalette();
startRouter();
