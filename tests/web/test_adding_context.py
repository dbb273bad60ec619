"""Context that is added replaces what was added before only where the page says so."""

from __future__ import annotations

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.web.scene import Director

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def test_a_second_context_replaces_nothing_unsaid(page: Page, http: httpx2.AsyncClient) -> None:
    director = Director(http)
    project = await director.start("Much context", oversight="high")
    await director.request(project, "discovery")
    await page.goto(f"/projects/{project}")
    dialog = page.get_by_role("dialog", name="Add context")
    for name in ("context", "context 2"):
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Add context").click()
        await expect(dialog.get_by_label("Name")).to_have_value(name)
        await expect(dialog.get_by_text("it replaces nothing that was added before")).to_be_visible()
        await dialog.get_by_label("Text, in Markdown").fill(f"# {name}\n")
        await dialog.get_by_role("button", name="Add the context").click()
        await expect(dialog).to_be_hidden()
        await expect(page.get_by_role("option", name=f"{name}, version 1")).to_be_visible()
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Add context").click()
    await dialog.get_by_label("Name").fill("context")
    await expect(dialog.get_by_text("It replaces version 1 of context")).to_be_visible()

    await dialog.get_by_label("Name").fill("brief")
    await dialog.get_by_role("button", name="Close").click()
    await page.get_by_role("option", name="context 2, version 1").click()
    await expect(page.get_by_role("region", name="Artifact")).not_to_contain_text("Accepted")
