"""Whether everybody can use what a page shows: axe, in light and dark, wide and narrow; and fingers."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

WIDE = ViewportSize(width=1280, height=800)
NARROW = ViewportSize(width=360, height=740)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
"""Ends once what follows the size of the page has followed it."""


_TOO_SMALL = """() => {
  const LEAST = 43.5;  // 44, but for fractions
  const PRESSED = `a[href], button, input, select, textarea, summary,
    [role=tab], [role=option], [role=menuitem], [role=treeitem] > .tree-row`;
  const isProse = (link) => {  // WCAG 2.5.8 exempts links in a sentence
    const line = link.closest("p, li, dd, td, dt, h3, span, figcaption") ?? link.parentElement;
    return getComputedStyle(link).display === "inline" && line.textContent.trim() !== link.textContent.trim();
  };
  const area = (element) => {
    const label = element.matches("input") && element.closest("label");
    if (label) return label.getBoundingClientRect();
    const after = getComputedStyle(element, "::after");
    const grown = after.content !== "none" && after.position === "absolute";  // a whole row that is one link
    const positioned = getComputedStyle(element).position !== "static";
    const box = element.getBoundingClientRect();
    if (!grown) return box;
    let around = element;
    while (getComputedStyle(around).position === "static") around = around.parentElement;
    if (!positioned) return around.getBoundingClientRect();
    return { width: box.width - 2 * parseFloat(after.left), height: box.height - 2 * parseFloat(after.top) };
  };
  const dialog = document.querySelector("dialog[open]");
  return [...(dialog ?? document).querySelectorAll(PRESSED)]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => !one.closest(".visually-hidden, .skip, [inert]"))
    .filter((one) => !(one.matches("a") && isProse(one)))
    .map((one) => [one, area(one)])
    .filter(([, { width, height }]) => width > 1 && (width < LEAST || height < LEAST))
    .map(([one, { width, height }]) =>
      `${Math.round(width)} x ${Math.round(height)}: ${one.outerHTML.replace(/\\s+/g, " ").slice(0, 160)}`);
}"""
"""What is smaller than a finger needs. WCAG 2.5.8 exempts links in a sentence."""


async def expect_touchable(page: Page) -> None:
    """Assert that whatever can be pressed is 44 px wide and high, and nothing wider than the screen. The context needs
    `has_touch` and `is_mobile`."""
    assert await page.evaluate("matchMedia('(pointer: coarse)').matches")
    assert await page.evaluate(_TOO_SMALL) == []
    assert page.viewport_size
    assert await page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


async def expect_accessible(page: Page) -> None:
    """Assert that axe finds no violation, and that nothing is wider than the screen. The context needs `bypass_csp`."""
    for viewport in (WIDE, NARROW):
        await page.set_viewport_size(viewport)
        await page.evaluate(_PAINTED)
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            found = await Axe().run(page)
            assert found.violations_count == 0, (viewport, scheme, found.generate_report())
        assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    await page.set_viewport_size(WIDE)
