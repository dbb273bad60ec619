/**
 * Shows the Mermaid diagrams of a document. Each is drawn in a sandboxed frame (web/diagram/), which nothing that a
 * diagram says can leave; if that fails or takes too long, the source is shown.
 */

import { h } from "../dom.js";
import { style } from "../style.js";

await style("diagram.css");

const LOADING_TIME = 30_000; // ms that the frame may take to be ready
const DRAWING_TIME = 20_000; // ms that it may take to draw
const MAX_SOURCE = 20_000; // characters, as in web/diagram/frame.js
const MAX_HEIGHT = 1_600; // px

/**
 * Draw each diagram of `place` when it is first visible, until `signal` aborts.
 * @param {Element} place
 * @param {AbortSignal} signal
 */
export function drawDiagrams(place, signal) {
  for (const caption of place.querySelectorAll(".caption")) {
    const source = caption.nextElementSibling;
    if (caption.textContent.trim() === "mermaid" && source?.matches("pre")) figure(caption, source, signal);
  }
}

/**
 * Put a figure in the place of a caption and its source.
 * @param {Element} caption
 * @param {Element} source
 * @param {AbortSignal} signal
 */
function figure(caption, source, signal) {
  const text = source.textContent;
  const note = h("span", { class: "faint", role: "status" });
  const button = h("button", { type: "button", class: "quiet", "aria-expanded": "true", onclick: toggle });
  const drawing = h("div", { class: "diagram-drawing" });
  const element = h("figure", { class: "diagram" }, h("figcaption", {}, "Diagram", note, button), drawing);
  caption.replaceWith(element);
  element.append(source);

  /** @param {boolean} shown */
  function showSource(shown) {
    source.toggleAttribute("hidden", !shown);
    button.setAttribute("aria-expanded", String(shown));
    button.textContent = shown ? "Hide the source" : "Show the source";
  }

  function toggle() {
    showSource(source.hasAttribute("hidden"));
  }

  /** @param {string} why */
  function failed(why) {
    note.textContent = why;
    drawing.remove();
    button.remove();
    showSource(true);
  }

  function drawn() {
    if (button.hidden) showSource(false);
    button.hidden = false;
  }

  function redraw() {
    if (drawing.isConnected) draw(text, drawing, { failed, drawn, signal });
  }

  showSource(true);
  button.hidden = true;
  if (text.length > MAX_SOURCE) return failed("It is too large to be drawn; this is its source.");
  const visibility = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    visibility.disconnect();
    redraw();
    onTheme(redraw, signal);
  }, { rootMargin: "200px" });
  visibility.observe(element);
  signal.addEventListener("abort", () => visibility.disconnect());
}

/**
 * Draw a diagram into `place`. A frame that does not answer in time is removed, and with it whatever keeps it busy.
 * @param {string} source
 * @param {HTMLElement} place
 * @param {{ failed: (why: string) => void, drawn: () => void, signal: AbortSignal }} options
 */
function draw(source, place, { failed, drawn, signal }) {
  const frame = h("iframe", { sandbox: "allow-scripts", src: "/diagram", title: `Diagram: ${kindOf(source)}` });
  const controller = new AbortController();
  let timer = setTimeout(give, LOADING_TIME);
  let done = false;

  /** @param {string} [why] */
  function give(why = "It could not be drawn in time; this is its source.") {
    clearTimeout(timer);
    controller.abort();
    if (!frame.isConnected) return; // another theme has replaced it
    frame.remove();
    failed(why);
  }

  /** @param {MessageEvent} event */
  function heard({ data, source: sender }) {
    if (sender !== frame.contentWindow) return;
    if (data?.ready === true) {
      clearTimeout(timer);
      timer = setTimeout(give, DRAWING_TIME);
      frame.contentWindow?.postMessage({ source, theme: theme() }, "*"); // a sandboxed frame has no origin
    } else if (data?.error !== undefined) {
      give("It is not a diagram that can be drawn; this is its source.");
    } else if (Number.isFinite(data?.height)) {
      clearTimeout(timer);
      frame.style.setProperty("height", `${Math.min(Math.max(data.height, 20), MAX_HEIGHT)}px`);
      if (!done) drawn();
      done = true;
    }
  }

  addEventListener("message", heard, { signal: AbortSignal.any([signal, controller.signal]) });
  signal.addEventListener("abort", () => clearTimeout(timer));
  place.replaceChildren(frame);
}

/**
 * "flowchart", for the title of the frame: the first word of its first line.
 * @param {string} source
 */
const kindOf = (source) =>
  /^\s*([A-Za-z]{1,30})/.exec(source.replace(/^---[\s\S]*?---|^%%.*$/gm, ""))?.[1] ?? "Mermaid";

/** The theme that the page has now. */
const theme = () =>
  document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

/**
 * Call `changed` when the page gets another theme, until `signal` aborts.
 * @param {() => void} changed
 * @param {AbortSignal} signal
 */
function onTheme(changed, signal) {
  const chosen = new MutationObserver(changed);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => chosen.disconnect());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed, { signal });
}
