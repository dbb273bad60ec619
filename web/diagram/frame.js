/**
 * Draws one Mermaid diagram in a frame of its own, whose policy allows neither requests nor other scripts
 * (api/page/diagrams.py). The page sends `{source, theme}` once, and gets `{ready}`, then `{height}` or `{error}`.
 */
"use strict";

const LIMITS = { maxTextSize: 20_000, maxEdges: 300 };
// A diagram may say how it looks, but may not change these.
const SECURE = ["secure", "securityLevel", "startOnLoad", "maxTextSize", "maxEdges", "suppressErrorRendering"];
const LINKS = ["href", "xlink:href", "target"];

/** @param {object} message */
const tell = (message) => parent.postMessage(message, "*"); // a sandboxed frame has no origin

async function draw({ source, theme }) {
  document.documentElement.dataset.theme = theme;
  mermaid.initialize({
    ...LIMITS,
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    theme: theme === "dark" ? "dark" : "neutral",
    secure: [...SECURE, "themeCSS", "fontFamily"],
    fontFamily: "system-ui, sans-serif",
  });
  const { svg } = await mermaid.render("diagram", source);
  document.body.replaceChildren(...new DOMParser().parseFromString(svg, "text/html").body.childNodes);
  for (const link of document.querySelectorAll("a")) for (const name of LINKS) link.removeAttribute(name);
  new ResizeObserver(report).observe(document.body.firstElementChild);
}

function report() {
  tell({ height: Math.ceil(document.body.firstElementChild.getBoundingClientRect().height) });
}

addEventListener("message", ({ data, source }) => {
  if (source === parent) draw(data).catch((error) => tell({ error: String(error?.message ?? error) }));
}, { once: true });
tell({ ready: true });
