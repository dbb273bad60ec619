"""Home: what needs a person, what runs, what finished; the table behind it; the palette."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.web.browsing import NewPage
from tests.web.scene import Director

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def test_home_says_what_needs_a_person_what_runs_and_what_finished(page: Page, director: Director) -> None:
    waiting = await director.start("Guest book")
    request = await director.request(waiting, "discovery")
    await director.extend(request, "3d")
    await director.request(await director.start("Bird book"), "discovery")
    await director.start("Weather station", rehearsal="step_seconds: 60", oversight="low")
    await page.goto("/")
    rows = page.get_by_role("region", name="Needs you").get_by_role("listitem")
    await expect(rows.locator(".home-name")).to_have_text(["Bird book", "Guest book"])  # the nearest deadline first
    row = rows.filter(has_text="Guest book")
    await expect(row).to_contain_text("Project plan v1")
    await expect(row).to_contain_text("4 d left")
    await expect(row).to_contain_text("the project fails")
    runs = page.get_by_role("region", name="Running").get_by_role("listitem").filter(has_text="Weather station")
    await expect(runs).to_contain_text(re.compile(r"Analyst · discovery( · .+)? · 0:\d\d"))

    # Nothing is reloaded: the page learns of it.
    done = await director.start("Calendar", pipeline="quick-start", oversight="low")
    await director.until(done, "completed")
    finished = (
        page.get_by_role("region", name=re.compile("^Finished")).get_by_role("listitem").filter(has_text="Calendar")
    )
    await expect(finished).to_contain_text("Delivered in")
    async with page.expect_download() as download:
        await finished.get_by_role("link", name="Download").click()
    assert (await download.value).suggested_filename.endswith(".zip")

    await row.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(request["request_id"]))
    await page.go_back()
    await expect(row).to_be_visible()


async def test_home_tells_what_finished_since_the_last_visit(new_page: NewPage, director: Director) -> None:
    page = await new_page()
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Home")).to_be_visible()
    other = await page.context.new_page()  # another tab: a later visit
    await page.goto("/system")  # which ends the first one
    done = await director.start("Since then", pipeline="quick-start", oversight="low")
    await director.until(done, "completed")
    await other.goto("/")
    fresh = other.get_by_role("region", name="Finished since your last visit")
    await expect(fresh.get_by_role("listitem")).to_have_count(1)
    await expect(fresh).to_contain_text("Since then")
    # At the next visit nothing is new: the sentence that says so is above what finished before.
    await other.goto("/system")
    later = await page.context.new_page()
    await later.goto("/")
    finished = later.get_by_role("region", name="Finished", exact=True)
    await expect(
        finished.get_by_text(re.compile("^Nothing new since your last visit, .* Before that:$"))
    ).to_be_visible()
    await expect(finished.locator(".home-quiet + .home-rows")).to_contain_text("Since then")


async def test_the_table_counts_sorts_and_keeps_its_view_in_the_address(page: Page, director: Director) -> None:
    for name in ("Aeroplane", "Zeppelin"):
        await director.request(await director.start(f"{name} of the table"), "discovery")
    await page.goto("/projects")
    shows = page.get_by_role("group", name="Show")
    await expect(shows.get_by_role("radio", name=re.compile(r"^Needs a decision [1-9]"))).to_be_visible()
    await expect(shows.get_by_role("radio", name=re.compile(r"^Archived 0"))).to_be_visible()
    await page.goto("/projects?search=of+the+table")
    names = page.locator(".project-name > a")
    by_name = ["Aeroplane of the table", "Zeppelin of the table"]
    await expect(names).to_have_text(by_name[::-1])  # the newest first
    await expect(shows.get_by_role("radio", name=re.compile(r"^All 2$"))).to_be_visible()
    await expect(shows.get_by_role("radio", name=re.compile(r"^Needs a decision 2$"))).to_be_visible()
    await expect(shows.get_by_role("radio", name=re.compile(r"^Completed 0$"))).to_be_visible()
    await page.get_by_label("Order").select_option("By name")
    await expect(page).to_have_url(re.compile(r"order=name"))
    await expect(names).to_have_text(by_name)
    await page.get_by_label("Order").select_option("Latest activity")
    await expect(names).to_have_text(by_name[::-1])
    await director.approve((await names.last.get_attribute("href") or "")[-36:], "discovery")
    await shows.get_by_role("radio", name=re.compile("^Needs a decision")).check()
    await expect(page).to_have_url(re.compile(r"show=waiting.*order=activity"))
    await page.reload()
    await expect(names).to_have_text(by_name)
    await expect(page.get_by_label("Order")).to_have_value("activity")
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"/projects\?search=of\+the\+table&order=activity$"))


async def test_old_links_to_the_list_lead_to_the_table(page: Page) -> None:
    await page.goto("/?show=waiting")
    await expect(page).to_have_url(re.compile(r"/projects\?show=waiting$"))


async def test_the_palette_finds_projects_requests_views_and_actions(page: Page, director: Director) -> None:
    project = await director.start("Tide tables")
    request = await director.request(project, "discovery")
    await page.goto("/system")
    await page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Search")
    field = palette.get_by_role("combobox")
    await expect(field).to_be_focused()
    await field.fill("tide")
    option = palette.get_by_role("group", name="Projects").get_by_role("option", name=re.compile("Tide tables"))
    await expect(option).to_be_visible()
    await option.click()
    await expect(page).to_have_url(re.compile(f"/projects/{project}$"))

    await page.get_by_role("heading", name="Tide tables").wait_for()
    await page.keyboard.press("Control+k")
    await field.fill("pause")
    await expect(palette.get_by_role("option", name="Pause", exact=True)).to_be_visible()
    await field.press("Enter")
    await director.until(project, "paused")

    await page.get_by_role("button", name="Search").click()
    await field.fill("tide")
    await expect(palette.get_by_role("group", name="Needs you").get_by_role("option")).to_have_count(1)
    await palette.get_by_role("group", name="Needs you").get_by_role("option").click()
    await expect(page).to_have_url(re.compile(request["request_id"]))

    await page.keyboard.press("Control+k")
    await field.fill("stop")
    await palette.get_by_role("option", name="Stop …").click()
    await expect(page.get_by_role("dialog", name="Stop")).to_be_visible()
    await page.keyboard.press("Escape")

    await page.keyboard.press("Control+k")
    await field.fill("nothing of that name")
    await expect(palette.get_by_text("Nothing matches.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(palette).to_have_count(0)

    await page.set_viewport_size({"width": 390, "height": 844})
    await page.get_by_role("button", name="Search").click()
    box = await palette.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    await palette.get_by_role("button", name="Close").click()
    await expect(palette).to_have_count(0)
    await expect(page.get_by_role("button", name="Search")).to_be_focused()


async def test_an_unknown_address_is_a_page_for_people(new_page: NewPage) -> None:
    page = await new_page(expected_errors=("404",))
    answer = await page.goto("/nowhere")
    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    await page.get_by_role("link", name="See all projects").click()
    await expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()


async def test_the_start_dialog_forgets_old_errors_and_the_name_of_another_brief(
    new_page: NewPage, director: Director
) -> None:
    page = await new_page(expected_errors=("503",))
    await page.goto("/?new")
    dialog = page.get_by_role("dialog", name="Start a project")
    name, brief = (dialog.get_by_role("textbox", name=label) for label in ("Name", "Brief"))
    await dialog.get_by_role("button", name="Start project").click()
    await expect(name).to_have_accessible_description(re.compile("Give the project a name"))
    await dialog.get_by_role("button", name="Close").click()
    await expect(page).to_have_url(re.compile("/$"))
    await page.get_by_role("button", name="New project").click()
    await expect(name).not_to_have_accessible_description(re.compile("Give the project a name"))

    await dialog.get_by_role("button", name="Use an example").click()
    await expect(name).to_have_value("Short links for the support team")
    await brief.fill("## Requirements\n\n- It rings.\n")
    await expect(name).to_have_value("")
    await brief.fill("# Doorbell\n\n## Requirements\n\n- It rings.\n")
    await expect(name).to_have_value("Doorbell")

    async def refuse(route) -> None:  # type: ignore[no-untyped-def]
        await route.fulfill(status=503, json={"title": "Unavailable", "detail": "Come back later."})

    await page.route("**/api/v1/projects/", refuse, times=1)
    await dialog.get_by_role("button", name="Start project").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Come back later.")
    await brief.press("End")
    await brief.type("\n- It lights up.")
    await expect(dialog.get_by_role("alert")).to_have_count(0)
