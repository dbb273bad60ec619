"""What a person who decides does in the page, and what the API then says."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.waiting import eventually
from tests.web.scene import Director


async def open_request(page: Page, director: Director, project_id: str, stage: str, round: int = 1) -> dict[str, Any]:
    """Show a stage's request in the inbox, as soon as there is one."""
    request = await director.request(project_id, stage, round)
    await page.goto(f"/inbox?request={request['request_id']}")
    await expect(card(page).get_by_text(request["question"])).to_be_visible()
    return request


def card(page: Page) -> Locator:
    return page.get_by_role("article", name="Selected request")


def act(page: Page, name: str) -> Locator:
    """One of the buttons that open a form."""
    return card(page).get_by_role("group", name="Responses").get_by_role("button", name=name, exact=True)


async def request_of(director: Director, request_id: str) -> dict[str, Any]:
    """The request, with its history."""
    found: dict[str, Any] = await director.get(f"/hitl/{request_id}")
    return found


async def decided(director: Director, request_id: str, status: str) -> dict[str, Any]:
    """The request with its history, once it has that status."""

    async def look() -> dict[str, Any] | None:
        found = await request_of(director, request_id)
        return found if found["status"] == status else None

    return await eventually(look)


async def told(page: Page, what: str) -> None:
    """The page shows the outcome of a response."""
    await expect(page.get_by_text(re.compile(f"^{what}")).first).to_be_attached()
