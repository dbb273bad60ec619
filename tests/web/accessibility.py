"""Whether everybody can use what a page shows: axe, in light and dark, wide and narrow."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

WIDE = ViewportSize(width=1280, height=800)
NARROW = ViewportSize(width=360, height=740)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

_PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
"""Ends once what follows the size of the page has followed it."""


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
