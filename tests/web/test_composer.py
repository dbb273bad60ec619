"""The composer of a review: its keys, and its buttons always in sight."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.web.browsing import NewPage
from tests.web.reviewing import PHONE, amended, card, composer, reviewed, status_of
from tests.web.scene import Director

LAPTOP = ViewportSize(width=1280, height=800)


def remark(page: Page, number: int) -> Locator:
    return composer(page).get_by_role("textbox", name=re.compile("^Comment on")).nth(number)


async def test_the_keys_that_send_keep_a_comment_on_a_line(page: Page, director: Director) -> None:
    request = await reviewed(page, director, "Kept comments")
    chosen = page.get_by_role("button", name=re.compile("^Comment on “"))
    await page.keyboard.press("l")
    place = str(await chosen.get_attribute("aria-label"))
    await page.keyboard.press("Enter")
    await expect(composer(page).get_by_text("keeps the comment")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(composer(page).get_by_text("Say what is wrong with it.")).to_be_visible()
    await page.keyboard.type("For whom?")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("button", name=place, exact=True)).to_be_focused()  # the keys continue from there
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.type("Why now?")
    await page.keyboard.press("Control+Enter")
    await expect(chosen).to_be_focused()
    assert await status_of(director, request) == "pending"
    await composer(page).get_by_label("What should change?").focus()
    await page.keyboard.press("Control+Enter")
    comment = (await amended(director, request))["comment"]
    assert "For whom?" in comment
    assert comment.endswith("Why now?")


@pytest.mark.parametrize("screen", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_the_composer_shows_its_button_whatever_it_holds(
    screen: ViewportSize, new_page: NewPage, director: Director
) -> None:
    page = await new_page(viewport=screen)
    await reviewed(page, director, f"In sight at {screen['width']}")
    await page.keyboard.press("l")
    for number in range(3):
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await remark(page, number).fill(f"Remark {number}.")
        await expect(remark(page, number)).to_be_in_viewport(ratio=1)
        await page.keyboard.press("Control+Enter")
    send = composer(page).get_by_role("button", name="Request changes")
    for element in (send, composer(page).get_by_text("Decide as")):
        await expect(element).to_be_in_viewport(ratio=1)
    await send.click(trial=True)  # nothing covers it
    await page.mouse.wheel(0, 400)
    await expect(send).to_be_in_viewport(ratio=1)
    await expect(card(page).get_by_role("group", name="Responses")).to_be_visible(visible=screen == LAPTOP)


async def test_a_comment_is_read_under_its_place_and_its_quotation(page: Page, director: Director) -> None:
    request = await reviewed(page, director, "Read comments")
    place = "Project plan v1, under “Goals”"
    sent = f"Two things:\n\nOn {place}:\n> It is fast.\n\nHow fast?"
    await director.respond(request["project_id"], "discovery", "amend", comment=sent)
    again = await director.request(request["project_id"], "discovery", round=2)
    for address, region in (
        (f"/inbox?request={again['request_id']}", "Earlier comments"),
        (f"/inbox?request={again['request_id']}", "What the agent received"),
        (f"/projects/{request['project_id']}#tab=activity", "Decisions"),
    ):
        await page.goto(address)
        comment = page.get_by_role("region", name=region).locator(".comment")
        await expect(comment.locator("p, q")).to_have_text(["Two things:", place, "It is fast.", "How fast?"])


async def test_a_group_counts_what_is_open(page: Page, director: Director) -> None:
    for name in ("Counted one", "Counted two"):
        await director.request(await director.start(name), "discovery")
    await page.goto("/inbox")
    await page.get_by_role("searchbox").fill("Counted")
    group = page.locator(".row-group")
    await expect(group).to_have_text("Within a day · 2")
    rows = page.get_by_role("list", name="Open requests").get_by_role("link")
    await rows.first.click()
    await expect(card(page).locator("article.rendered")).to_be_visible()
    await page.keyboard.press("a")
    await page.keyboard.press("Control+Enter")
    await expect(rows.filter(has_text="Approved")).to_have_count(1)  # it stays in sight for a while
    await expect(group.first).to_have_text("Within a day · 1")
    closed = await director.start("Closed before")
    request = await director.request(closed, "discovery")
    await director.approve(closed, "discovery")
    await page.goto(f"/inbox?request={request['request_id']}")
    await expect(card(page).get_by_text("Maya approved it")).to_be_visible()
    await expect(card(page).get_by_role("button", name="Comment")).to_have_count(0)


async def test_a_phone_shows_the_whole_list_of_artifacts(new_page: NewPage, director: Director) -> None:
    project_id = await director.start("Long list")
    await director.approve(project_id, "discovery", "plan", "design")
    await director.request(project_id, "launch")
    page = await new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    await page.goto(f"/projects/{project_id}")
    artifacts = page.get_by_role("listbox", name="Artifacts")
    await expect(artifacts.get_by_role("option").last).to_be_attached()
    assert await artifacts.evaluate("(list) => list.scrollHeight <= list.clientHeight")
    await artifacts.get_by_role("option", name=re.compile("^Project plan")).tap()
    await expect(page.locator(".artifact-title")).to_be_in_viewport()
    await expect(page.locator(".artifact-title")).to_have_text("Project plan")
