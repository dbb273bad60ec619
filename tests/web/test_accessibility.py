"""axe finds nothing to object to on any view, light or dark, wide or narrow; nothing is wider than the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import httpx2
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import ViewportSize

from tests.web import scene
from tests.web.browsing import NewPage
from tests.web.views import VIEWS

pytestmark = pytest.mark.long

WIDE = ViewportSize(width=1280, height=800)
NARROW = ViewportSize(width=360, height=740)
PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
"""Ends once what follows the size of the page has followed it."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest_asyncio.fixture(scope="module")
async def played(http: httpx2.AsyncClient, worker: None) -> AsyncIterator[scene.Scene]:
    yield await scene.play(http)


@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_no_violation(view: str, new_page: NewPage, played: scene.Scene) -> None:
    expected = ("404",) if view == "missing" else ()
    page = await new_page(expected, viewport=WIDE, bypass_csp=True, reduced_motion="reduce")
    await VIEWS[view](page, played)
    for viewport in (WIDE, NARROW):
        await page.set_viewport_size(viewport)
        await page.evaluate(PAINTED)
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            found = await Axe().run(page)
            assert found.violations_count == 0, (viewport, scheme, found.generate_report())
        assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
