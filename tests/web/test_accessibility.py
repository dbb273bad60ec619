"""axe finds nothing to object to on any view, light or dark, wide or narrow; nothing is wider than the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.web import scene
from tests.web.browsing import NewPage
from tests.web.views import VIEWS

SCREENS = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 360, "height": 740}}


@pytest_asyncio.fixture(scope="module")
async def played(http: httpx.AsyncClient, worker: None) -> AsyncIterator[scene.Scene]:
    yield await scene.play(http)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_no_violation(
    view: str, screen: str, scheme: str, new_page: NewPage, played: scene.Scene
) -> None:
    page = await new_page(viewport=SCREENS[screen], color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    await VIEWS[view](page, played)
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    await _fits(page)


async def _fits(page: Page) -> None:
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert page.viewport_size is not None
    assert width <= page.viewport_size["width"]
