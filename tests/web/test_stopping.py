"""A person stops and releases in the page: the button is in every view, and the banner says what holds."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.waiting import eventually
from tests.web.browsing import NewPage

pytestmark = pytest.mark.long


@pytest_asyncio.fixture(autouse=True)
async def _nothing_stays_stopped(http: httpx2.AsyncClient) -> AsyncIterator[None]:
    yield
    for held in (await http.get("/api/v1/stops/", params={"held": True})).json()["items"]:
        await http.post(f"/api/v1/stops/{held['stop_id']}/release", json={"reason": "The test is over."})


async def has_no_violation(page: Page) -> None:
    await page.emulate_media(reduced_motion="reduce")
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def test_a_project_is_stopped_and_released_in_the_page(
    http: httpx2.AsyncClient, new_page: NewPage, parked: str
) -> None:
    page = await new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    for path in ("/", "/projects", "/inbox", "/system", f"/projects/{parked}"):
        await page.goto(path)
        await expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog", name="Stop")
    await expect(dialog.get_by_label("What to stop")).to_have_value("0")
    await dialog.get_by_role("button", name="Stop now").click()
    await expect(dialog.get_by_text("Say why.")).to_be_visible()
    assert (await http.get("/api/v1/stops/", params={"held": True})).json()["items"] == []
    await dialog.get_by_label("Reason").fill("Wait for the lawyers.")
    await has_no_violation(page)
    await dialog.get_by_role("button", name="Stop now").click()
    banner = page.get_by_role("region", name="Stopped")
    await expect(banner).to_contain_text("This project is stopped by human: Wait for the lawyers.")
    await expect(page.get_by_text("the deadline is on hold").first).to_be_visible()
    await page.get_by_role("tab", name="Activity").click()
    await expect(page.locator("event-feed").get_by_text("stopped the project")).to_be_visible()
    await has_no_violation(page)

    await page.goto("/inbox")
    await expect(banner).to_contain_text("Another project is stopped")
    await banner.get_by_role("button", name="Release").click()
    release = page.get_by_role("dialog", name="Release")
    await release.get_by_label("Reason").fill("They agree.")
    await release.get_by_role("button", name="Release", exact=True).click()
    await expect(banner).to_be_hidden()
    assert (await http.get("/api/v1/stops/", params={"held": True})).json()["items"] == []


async def test_a_stop_from_elsewhere_is_shown(http: httpx2.AsyncClient, page: Page, parked: str) -> None:
    await page.goto("/system")
    await http.post("/api/v1/stops/", json={"scope": "all", "reason": "Too dear.", "by": "Ada"})
    banner = page.get_by_role("region", name="Stopped")
    await expect(banner).to_contain_text("Everything is stopped by Ada: Too dear.")

    async def is_announced() -> bool:
        return "Everything is stopped" in (await page.locator("[data-announcements]").inner_text())

    await eventually(is_announced)
