/** What a browser and its system are called, from what it calls itself. Pure. */

/** The first that fits is it: most browsers also claim to be those after them. @type {[mark: RegExp, name: string][]} */
const BROWSERS = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\b(OPR|Opera)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Headless)?(Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bVersion\/[\d.]+ .*\bSafari\//, "Safari"],
];

/** @type {[mark: RegExp, name: string][]} */
const SYSTEMS = [
  [/\bAndroid\b/, "Android"],
  [/\biPad\b/, "iPadOS"],
  [/\biPhone\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/**
 * "Firefox on Linux"; for a program that is no browser, its own name; "A browser" if it says nothing. Browsers say little
 * that is certain: it is a help to recognise one's own.
 * @param {string} agent
 */
export function browserName(agent) {
  /** @param {[RegExp, string][]} known */
  const find = (known) => known.find(([mark]) => mark.test(agent))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  if (browser) return system ? `${browser} on ${system}` : browser;
  const program = agent.split("/")[0].trim();
  if (!program) return "A browser";
  return program === "Mozilla" ? (system ? `A browser on ${system}` : "A browser") : program;
}
