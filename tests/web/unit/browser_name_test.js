import assert from "node:assert/strict";
import { test } from "node:test";
import { browserName } from "../../../web/js/account/browser-name.js";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

/** What each says of itself. @type {[agent: string, name: string][]} */
const AGENTS = [
  ["Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0", "Firefox on Linux"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/141.0.0.0 Safari/537.36`, "Chrome on Windows"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0`, "Edge on Windows"],
  [`Mozilla/5.0 (X11; Linux x86_64) ${WEBKIT} HeadlessChrome/141.0.0.0 Safari/537.36`, "Chrome on Linux"],
  [`Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/141.0.0.0 Mobile Safari/537.36`, "Chrome on Android"],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1",
    "Safari on macOS",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile",
    "Chrome on iOS",
  ],
  ["Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Something/1.0", "A browser on ChromeOS"],
  ["python-httpx/0.28.1", "python-httpx"],
  ["", "A browser"],
];

test("a browser is called by its name and its system, and a program by its own", () => {
  for (const [agent, name] of AGENTS) assert.equal(browserName(agent), name, agent);
});
