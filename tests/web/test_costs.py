"""What projects cost, in the page."""

from __future__ import annotations

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
    await page.goto("/")
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
