"""A project's view: what it does now, its main action, its tabs, and what its address keeps."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.web.browsing import NewPage
from tests.web.scene import Director

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def reworked(director: Director, name: str) -> str:
    """A project with three versions of its code, at its last gate."""
    project_id = await director.start(name, rehearsal="fail_tests_rounds: 2")
    await director.approve(project_id, "discovery", "plan", "design")
    await director.request(project_id, "launch")
    return project_id


async def test_a_project_says_what_it_does_now_and_offers_one_action(page: Page, director: Director) -> None:
    project_id = await director.start("Guest book", rehearsal="step_seconds: 3")
    await page.goto(f"/projects/{project_id}")
    now = page.locator(".project-now")
    await expect(now).to_contain_text(re.compile(r"Analyst · discovery( · .+)? · 0:0\d"))
    actions = page.get_by_role("group", name="Project")
    await expect(actions.locator(".main-actions > *")).to_have_count(0)
    decide = actions.get_by_role("link", name="Decide")
    await expect(decide).to_be_visible()
    await expect(page.get_by_role("region", name="Waiting for you")).to_contain_text("The project fails on")
    request = await director.request(project_id, "discovery")
    assert (await decide.get_attribute("href")) == f"/inbox?request={request['request_id']}"
    await actions.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Pause").click()
    resume = actions.get_by_role("button", name="Resume")
    await expect(resume).to_be_visible()
    await expect(page.get_by_role("region", name="Waiting for you")).to_contain_text("The deadline is on hold")
    await resume.click()
    await expect(resume).to_have_count(0)
    await page.get_by_role("button", name=re.compile("^Extend")).click()
    await page.get_by_role("dialog", name="Extend the deadline").get_by_label("Extend by").select_option("3 days")
    await page.get_by_role("dialog").get_by_role("button", name="Extend").click()
    deadline = datetime.fromisoformat(request["expires_at"]).astimezone(ZoneInfo("Europe/Berlin")) + timedelta(days=3)
    await expect(page.get_by_role("region", name="Waiting for you")).to_contain_text(deadline.strftime("%a %-d %b"))
    await expect(page.get_by_role("region", name="Agents")).to_have_count(0)


async def test_a_paused_project_does_not_claim_to_work(page: Page, director: Director) -> None:
    project_id = await director.start("Field notes", rehearsal="step_seconds: 8", oversight="low")
    await page.goto(f"/projects/{project_id}")
    now = page.locator(".project-now")
    await expect(now).to_contain_text("Analyst · discovery")
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Pause").click()
    await expect(now).to_contain_text("Paused after this step · Analyst · ")
    await expect(now).to_have_text("Paused · nothing starts until somebody resumes it")
    await page.goto("/")
    row = page.get_by_role("region", name="Running").get_by_role("listitem").filter(has_text="Field notes")
    await expect(row).to_contain_text("Paused · nothing starts until somebody resumes it")


async def test_a_finished_project_begins_with_its_result(page: Page, director: Director) -> None:
    project_id = await director.start("Status page")
    await director.respond(project_id, "discovery", "approve", responder="Maya")
    await director.respond(project_id, "plan", "amend", comment="Say who reads it.", responder="Jonas")
    await director.request(project_id, "plan", round=2)
    await director.approve(project_id, "plan", "design", "launch")
    await director.until(project_id, "completed")
    await page.goto(f"/projects/{project_id}")
    result = page.get_by_role("region", name="Result")
    checks = result.locator("dt", has_text="Checks").locator("+ dd").get_by_role("listitem")
    await expect(checks).to_have_text(["Acceptance tests: passed", "Tests of the package as delivered: passed"])
    await expect(result.locator("dt", has_text="Reworked").locator("+ dd")).to_have_text("plan took 2 rounds")
    await expect(result.locator("dt", has_text="Time").locator("+ dd")).to_contain_text("from start to delivery")
    await expect(result).to_contain_text("Maya Project plan v1, Software specification v2")
    await expect(result).not_to_contain_text("Jonas")
    async with page.expect_download() as download:
        await page.get_by_role("group", name="Project").get_by_role("link", name="Download").click()
    assert (await download.value).suggested_filename.endswith(".zip")
    await result.get_by_role("link", name="Version 1").click()
    await expect(page.locator(".artifact-title")).to_have_text("Deployment package")

    await page.get_by_role("tab", name="Activity").click()
    decisions = page.get_by_role("region", name="Decisions").get_by_role("listitem")
    await expect(decisions).to_have_count(5)
    await expect(decisions.nth(3)).to_contain_text("Jonas requested changes to Software specification v1")
    await expect(decisions.nth(3)).to_contain_text("Say who reads it.")
    await expect(decisions.last).to_contain_text("Maya approved Project plan v1")


async def test_a_quick_start_says_what_was_checked(page: Page, director: Director) -> None:
    project_id = await director.start("Quick counter", pipeline="quick-start")
    await director.until(project_id, "completed")
    await page.goto(f"/projects/{project_id}")
    result = page.get_by_role("region", name="Result")
    checked = result.get_by_role("link", name="Tests of the package as delivered: passed")
    await expect(checked).to_be_visible()
    await expect(result).not_to_contain_text("Reworked")
    await checked.click()
    await expect(page.locator(".artifact-title")).to_have_text("Deployment log")


async def test_work_begins_with_what_is_under_review_and_shows_whole_hashes(page: Page, director: Director) -> None:
    project_id = await director.start("Parcel notes")
    await director.approve(project_id, "discovery", "plan", "design")
    request = await director.request(project_id, "launch")
    await page.goto(f"/projects/{project_id}")
    artifacts = page.get_by_role("listbox", name="Artifacts")
    assert [each["type"] for each in request["artifacts"]] == ["deployment_package", "deployment_log"]
    await expect(artifacts.get_by_role("option", name=re.compile("^Deployment package"))).to_have_attribute(
        "aria-selected", "true"
    )
    await artifacts.get_by_role("option", name=re.compile("^Deployment log")).click()
    table = page.locator(".table-frame", has_text="README.md").first
    await expect(table).to_be_visible()
    assert await table.evaluate("element => element.scrollWidth <= element.clientWidth")


async def test_the_log_begins_with_milestones_and_has_the_machine_behind_details(
    page: Page, director: Director
) -> None:
    project_id = await director.start("Guest book")
    await director.request(project_id, "discovery")
    await page.goto(f"/projects/{project_id}#tab=activity")
    feed = page.locator("event-feed")
    await expect(feed.get_by_text("Is this the right project?").first).to_be_visible()
    await expect(feed.get_by_text("Analyst is working")).to_have_count(0)
    await feed.get_by_role("button", name="All details").click()
    await expect(feed.get_by_text("Analyst is working")).to_be_visible()
    await page.reload()
    await expect(feed.get_by_role("button", name="All details")).to_have_attribute("aria-pressed", "true")


async def test_the_address_keeps_the_tab_the_stage_and_the_compared_versions(
    new_page: NewPage, director: Director
) -> None:
    project_id = await reworked(director, "Invoice reminders")
    busy = ("503",)  # a busy machine may refuse to compute the changes, which this is not about
    page = await new_page(busy, viewport={"width": 1280, "height": 800})
    await page.goto(f"/projects/{project_id}")
    await page.get_by_role("option", name=re.compile("^Source code")).click()
    await page.get_by_role("tab", name="Diff").click()
    await page.get_by_label("Compare with").select_option(index=1)
    await expect(page).to_have_url(re.compile(r"artifact=.*view=diff.*with="))

    other = await new_page(busy, viewport={"width": 1280, "height": 800})  # where the link is opened
    await other.goto(page.url)
    await expect(other.locator(".artifact-title")).to_have_text("Source code")
    await expect(other.get_by_role("tab", name="Diff")).to_have_attribute("aria-selected", "true")
    chosen = "select => select.selectedOptions[0].textContent"
    assert (await other.get_by_label("Compare with").evaluate(chosen)).startswith("Version 1")

    await other.goto(f"/projects/{project_id}#tab=timeline&stage=build")
    await expect(other.get_by_role("tab", name="Timeline")).to_have_attribute("aria-selected", "true")
    await expect(other.get_by_role("region", name="build")).to_be_visible()


async def test_back_leads_through_what_was_open_and_not_out_of_the_page(page: Page, director: Director) -> None:
    project_id = await director.start("Guest book")
    await director.request(project_id, "discovery")
    await page.goto("/projects")
    await page.get_by_role("link", name="Guest book", exact=True).first.click()
    await page.get_by_role("button", name=re.compile("^discovery")).click()
    await expect(page.get_by_role("region", name="discovery")).to_be_visible()
    await page.get_by_role("tab", name="Timeline").click()
    await page.get_by_role("tab", name="Brief and context").click()
    await expect(page.get_by_role("region", name="Settings")).to_contain_text("software-delivery")
    await page.go_back()
    await expect(page.get_by_role("tab", name="Timeline")).to_have_attribute("aria-selected", "true")
    await page.go_back()
    await expect(page.get_by_role("tab", name="Work")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_role("region", name="discovery")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("region", name="discovery")).to_have_count(0)
    await page.go_back()
    await expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()


async def test_a_link_is_copied(new_page: NewPage, director: Director) -> None:
    project_id = await director.start("Guest book")
    page = await new_page(permissions=["clipboard-read", "clipboard-write"])
    await page.goto(f"/projects/{project_id}#tab=activity")
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Copy link").click()
    await expect(page.get_by_text("Copied.").first).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == page.url


async def test_a_printed_project_is_its_content_alone(page: Page, director: Director) -> None:
    project_id = await director.start("Guest book")
    await director.request(project_id, "discovery")
    await page.goto(f"/projects/{project_id}")
    await expect(page.locator("artifact-view article")).to_be_visible()
    await page.emulate_media(media="print")
    for hidden in (".bar", ".project-actions", ".tabs", ".artifact-aside"):
        await expect(page.locator(hidden).first).to_be_hidden()
    await expect(page.get_by_role("heading", name="Guest book", level=1)).to_be_visible()
    await expect(page.locator("artifact-view article")).to_be_visible()
    page_of_artifact = page.locator(".artifact-page").first
    assert await page_of_artifact.evaluate("element => element.scrollHeight <= element.clientHeight")


async def test_the_menu_is_a_menu_for_the_keyboard(page: Page, director: Director) -> None:
    project_id = await director.start("Guest book")
    await director.request(project_id, "discovery")
    await page.goto(f"/projects/{project_id}")
    button = page.get_by_role("button", name="More actions")
    await button.press("Enter")
    await expect(page.get_by_role("menuitem", name="Pause")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_role("menuitem", name="Cancel project")).to_be_focused()
    workflow = page.get_by_role("menuitem", name="Workflow in Temporal")  # looked up: there is a web UI
    await expect(workflow).to_have_attribute("href", re.compile("^http://127.0.0.1:8233/.*/workflows/project-"))
    await expect(page.get_by_role("menuitem", name="Cancel project")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await expect(page.get_by_role("menu")).to_have_count(0)
