"""A person retries, duplicates, follows up, renames, archives, keeps and removes projects in the page."""

from __future__ import annotations

import re

import httpx2
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.api_client import decide, reject, wait_for_request, wait_for_status
from tests.web.browsing import NewPage
from tests.web.scene import Director

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def _open(new_page: NewPage, project_id: str) -> Page:
    page = await new_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    await page.goto(f"/projects/{project_id}")
    return page


async def _act(page: Page, name: str, *, is_main: bool = False) -> None:
    """Press the button of the main action, or choose another one in the menu."""
    if is_main:
        await page.get_by_role("group", name="Project").get_by_role("button", name=name, exact=True).click()
    else:
        await page.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name=name, exact=True).click()


async def _press(page: Page, name: str, *, is_main: bool = False) -> Locator:
    """Choose an action of the project. Return the dialog that opens."""
    await _act(page, name, is_main=is_main)
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await page.emulate_media(reduced_motion="reduce")
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    return dialog


async def test_a_rejected_project_is_retried_from_a_stage(http: httpx2.AsyncClient, new_page: NewPage) -> None:
    project_id = await Director(http).start("Retried in the page")
    await decide(http, await wait_for_request(http, project_id, "discovery"), "approve")
    await reject(http, project_id, "plan", comment="Too big.")
    page = await _open(new_page, project_id)
    dialog = await _press(page, "Retry", is_main=True)
    await expect(dialog.get_by_label("Begin with")).to_have_value("plan")
    await dialog.get_by_label("Begin with").select_option("discovery")
    await expect(dialog.get_by_text("These run again after it: plan, design")).to_be_visible()
    await dialog.get_by_label("What should be different this time?").fill("Smaller.")
    await dialog.get_by_role("button", name="Retry", exact=True).click()
    await expect(dialog).to_be_hidden()
    request = await wait_for_request(http, project_id, "discovery", round=2)
    task = (await http.get(f"/api/v1/tasks/{request['task_id']}")).json()
    assert task["feedback"] == "Smaller."
    await page.get_by_role("tab", name="Activity").click()
    await expect(page.get_by_text("The project is retried from discovery by a human")).to_be_visible()
    await expect(page.get_by_role("button", name="Retry", exact=True)).to_be_hidden()
    await page.get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem", name="Pause", exact=True)).to_be_visible()


@pytest.mark.parametrize(("button", "kind"), [("Duplicate", "duplicate"), ("Follow up", "follow_up")])
async def test_a_project_comes_from_another_one(
    http: httpx2.AsyncClient, new_page: NewPage, button: str, kind: str
) -> None:
    project_id = await Director(http).start("A parent", pipeline="quick-start")
    parent = await wait_for_status(http, project_id, "completed")
    page = await _open(new_page, project_id)
    dialog = await _press(page, button)
    brief = dialog.get_by_label("Brief, in Markdown")
    await expect(brief).to_have_value(parent["description"] if kind == "duplicate" else "")
    await dialog.get_by_label("Name").fill("A child")
    await brief.fill("# A child\n\n- It is small.\n")
    await dialog.get_by_role("button", name=re.compile("^Start")).click()
    await expect(page.get_by_role("heading", name="A child").first).to_be_visible()
    (child,) = (await http.get(f"/api/v1/projects/{project_id}")).json()["children"]
    assert (child["kind"], child["name"]) == (kind, "A child")
    assert page.url.endswith(child["project_id"])


async def test_a_project_is_renamed_and_archived(http: httpx2.AsyncClient, new_page: NewPage) -> None:
    project_id = await Director(http).start("Unnamed", pipeline="quick-start")
    await wait_for_status(http, project_id, "completed")
    page = await _open(new_page, project_id)
    dialog = await _press(page, "Rename")
    await dialog.get_by_label("Name", exact=True).fill("Named in the page")
    await dialog.get_by_label("Owner").fill("Ada")
    await dialog.get_by_label("Tags").fill("web, urgent ,")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Named in the page").first).to_be_visible()
    project = (await http.get(f"/api/v1/projects/{project_id}")).json()
    assert (project["owner"], project["tags"]) == ("Ada", ["web", "urgent"])
    await _act(page, "Archive")
    await expect(page.get_by_text("Archived: lists hide it.").first).to_be_visible()
    await page.get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem", name="Unarchive", exact=True)).to_be_visible()
    assert (await http.get(f"/api/v1/projects/{project_id}")).json()["archived_at"] is not None
    await page.goto("/projects?tag=urgent")
    await expect(page.get_by_role("heading", name="No project matches")).to_be_visible()
    await page.get_by_role("radio", name=re.compile("^Archived")).check()
    row = page.get_by_role("row").filter(has_text="Named in the page")
    await expect(row.get_by_role("link", name="Ada")).to_be_visible()
    await row.get_by_role("link", name="Ada").click()
    await expect(page).to_have_url(re.compile("owner=Ada"))
    await expect(row).to_be_visible()


async def test_a_project_is_kept_and_then_removed_for_good(http: httpx2.AsyncClient, new_page: NewPage) -> None:
    """A second page that shows it says so, and a list loses it."""
    project_id = await Director(http).start("Removed in the page", pipeline="quick-start")
    await wait_for_status(http, project_id, "completed")
    page, second, listing = await _open(new_page, project_id), await new_page(("404",)), await new_page()
    await second.goto(f"/projects/{project_id}")
    await listing.goto("/projects")
    row = listing.get_by_role("row").filter(has_text="Removed in the page")
    await expect(row).to_be_visible()
    await _act(page, "Keep")
    await expect(page.get_by_text("Kept: it is never removed.").first).to_be_visible()
    await page.get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem", name="Do not keep", exact=True)).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Remove for good", exact=True)).to_have_count(0)
    await page.get_by_role("menuitem", name="Do not keep", exact=True).click()
    await expect(page.get_by_text("It may be removed again.").first).to_be_visible()
    dialog = await _press(page, "Remove for good")
    await dialog.get_by_role("button", name="Remove for good").click()
    await expect(page).to_have_url(re.compile("/projects$"))
    await expect(second.get_by_role("heading", name="The project has been removed")).to_be_visible()
    await expect(row).to_have_count(0)
    assert (await http.get(f"/api/v1/projects/{project_id}")).status_code == 404
