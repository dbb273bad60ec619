"""A request in the inbox: its card, its composer, and its outcome."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.waiting import eventually
from tests.web.scene import Director

PHONE = ViewportSize(width=390, height=844)


def card(page: Page) -> Locator:
    return page.get_by_role("article", name="Selected request")


def composer(page: Page) -> Locator:
    return card(page).get_by_role("form", name="Request changes")


def button(page: Page, name: str) -> Locator:
    return card(page).get_by_role("group", name="Responses").get_by_role("button", name=name, exact=True)


async def reviewed(page: Page, director: Director, name: str, base: str = "") -> dict[str, Any]:
    """Show the request of a new project, with its document."""
    project_id = await director.start(name)
    request = await director.request(project_id, "discovery")
    await page.goto(f"{base}/inbox?request={request['request_id']}")
    await expect(card(page).locator("article.rendered")).to_be_visible()
    return request


async def status_of(director: Director, request: dict[str, Any]) -> str:
    return str((await director.get(f"/hitl/{request['request_id']}"))["status"])


async def amended(director: Director, request: dict[str, Any]) -> dict[str, Any]:
    """The decision, once the request is amended."""

    async def look() -> dict[str, Any] | None:
        found = await director.get(f"/hitl/{request['request_id']}")
        return dict(found["history"][0]) if found["status"] == "amended" else None

    return await eventually(look)
