"""What projects cost, in the page."""

from __future__ import annotations

import re

import httpx2
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text

from store.transaction import Store
from tests.web.scene import Director

pytestmark = pytest.mark.usefixtures("worker")


async def spend(store: Store, project: str, usd: float, tokens: int) -> None:
    """Book an amount for a project, as its calls of models do."""
    booked = (
        "INSERT INTO budget (scope, project_id, spent_usd, reserved_usd, spent_tokens) "
        "VALUES ('project:' || :id, CAST(:id AS uuid), :usd, 0, :tokens)"
    )
    async with store.writing() as connection:
        await connection.execute(text(booked), {"id": project, "usd": usd, "tokens": tokens})


async def test_the_list_has_the_cost_of_each_project_and_of_all(
    page: Page, http: httpx2.AsyncClient, store: Store
) -> None:
    director = Director(http)
    first, second, free = [await director.start(name) for name in ("Guest book", "Parcel tracker", "Calendar")]
    await page.goto("/projects")
    rows = page.locator(".project-row")
    await expect(rows).to_have_count(3)
    await expect(page.get_by_role("columnheader", name="Cost")).to_be_hidden()

    await spend(store, first, 1.5, 2_000)
    await spend(store, second, 0.0042, 300)
    await page.reload()
    await expect(page.get_by_role("columnheader", name="Cost")).to_be_visible()
    for project, cost in ((first, "$1.50"), (second, "$0.0042"), (free, "")):
        row = rows.filter(has=page.locator(f"a[href='/projects/{project}']"))
        await expect(row.locator(".project-cost")).to_have_text(cost)
    await expect(page.locator(".view-head")).to_contain_text("$1.50, 2,300 tokens")

    await page.set_viewport_size({"width": 390, "height": 800})  # cards
    card = rows.filter(has=page.locator(f"a[href='/projects/{second}']"))
    badge = await card.locator(".badge").bounding_box()
    amount = await card.locator(".project-cost").bounding_box()
    assert badge is not None
    assert amount is not None
    assert badge["x"] + badge["width"] < amount["x"]


async def test_the_start_dialog_says_what_earlier_projects_of_the_pipeline_cost(
    page: Page, http: httpx2.AsyncClient, store: Store
) -> None:
    director = Director(http)
    for usd in (0.2, 0.5, 1.5):
        project = await director.start("Guest book", pipeline="quick-start")
        await director.until(project, "completed")
        await spend(store, project, usd, 1_000)
    await page.goto("/?new")
    dialog = page.get_by_role("dialog", name="Start a project")
    await dialog.get_by_role("radio", name=re.compile("^quick-start")).check()
    line = dialog.locator(".start-estimate")
    await expect(line).to_be_hidden()  # a rehearsal costs nothing
    await dialog.get_by_text("Who does the work").click()
    await dialog.get_by_role("radio", name=re.compile("^Models")).check()
    await expect(line).to_have_text(
        "3 earlier projects of this pipeline with any model: $0.50 "
        "($0.20 to $1.50), 0:00:00 h of work (0:00:00 h to 0:00:00 h)."
    )
    await dialog.get_by_role("radio", name=re.compile("^software-delivery")).check()
    await expect(line).to_be_hidden()
