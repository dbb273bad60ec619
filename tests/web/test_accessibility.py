"""axe finds nothing to object to on any view, light or dark, wide or narrow; a finger hits what it presses; nothing is
wider than the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from tests.web import scene
from tests.web.accessibility import WIDE, expect_accessible, expect_touchable
from tests.web.browsing import NewPage
from tests.web.reviewing import PHONE
from tests.web.views import VIEWS

pytestmark = pytest.mark.long


@pytest_asyncio.fixture(scope="module")
async def played(http: httpx2.AsyncClient, worker: None) -> AsyncIterator[scene.Scene]:
    yield await scene.play(http)


@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_no_violation(view: str, new_page: NewPage, played: scene.Scene) -> None:
    expected = ("404",) if view == "missing" else ()
    page = await new_page(expected, viewport=WIDE, bypass_csp=True, reduced_motion="reduce")
    await VIEWS[view](page, played)
    await expect_accessible(page)


@pytest.mark.parametrize("view", VIEWS)
async def test_a_finger_hits_what_it_presses(view: str, new_page: NewPage, played: scene.Scene) -> None:
    expected = ("404",) if view == "missing" else ()
    page = await new_page(expected, viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    await VIEWS[view](page, played)
    await expect_touchable(page)
