/** Where the page starts. */

import "./time.js";
import { startKeys } from "./keys.js";
import { live } from "./live.js";
import { pending } from "./pending.js";
import { go, startRouter } from "./router.js";
import { startShell } from "./shell.js";

startShell();
live.start();
pending.start(new AbortController().signal);
startKeys(go);
startRouter();
