"""Comments on the lines of a document, a diff or a file, which become one change request."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.web.browsing import NewPage
from tests.web.reviewing import PHONE, amended, card, composer, reviewed
from tests.web.scene import Director


async def test_comments_on_two_lines_are_one_change_request(page: Page, director: Director) -> None:
    request = await reviewed(page, director, "Two comments")
    document = card(page).locator("article.rendered")
    # With the pointer ...
    paragraph = document.locator("p").nth(1)
    quote = await paragraph.inner_text()
    await paragraph.hover()
    await card(page).get_by_role("button", name=re.compile("^Comment on “")).click()
    await page.keyboard.type("For whom?")
    # ... and with keys alone.
    await page.keyboard.press("Escape")
    await expect(composer(page)).to_have_count(0)
    await page.keyboard.press("l")
    chosen = page.locator(".comment-here:focus")
    await expect(chosen).to_have_accessible_name(re.compile("^Comment on “"))
    before = await chosen.get_attribute("aria-label")
    await page.keyboard.press("ArrowDown")
    await expect(chosen).not_to_have_accessible_name(str(before))
    await page.keyboard.press("Enter")
    await page.keyboard.type("Why now?")
    await page.reload()  # the draft keeps both
    texts = composer(page).get_by_role("textbox", name=re.compile("^Comment on Project plan v1"))
    await expect(texts).to_have_count(2)
    await expect(texts.first).to_have_value("For whom?")
    await composer(page).get_by_label("What should change?").fill("Two things:")
    await composer(page).get_by_role("button", name="Request changes").click()
    comment = (await amended(director, request))["comment"]
    assert comment.startswith("Two things:\n\nOn Project plan v1")
    assert f"> {' '.join(quote.split())}\n\nFor whom?" in comment
    assert comment.endswith("\n\nWhy now?")
    again = await director.request(request["project_id"], "discovery", round=2)
    assert (await director.get(f"/hitl/{again['request_id']}"))["task"]["feedback"] == comment  # as the agent gets it


async def test_a_comment_can_be_removed_and_brought_back(page: Page, director: Director) -> None:
    await reviewed(page, director, "Removed comment")
    await page.keyboard.press("l")
    await page.keyboard.press("Enter")
    await page.keyboard.type("No.")
    await composer(page).get_by_role("button", name=re.compile("^Remove the comment")).click()
    await expect(composer(page).get_by_role("textbox", name=re.compile("^Comment on"))).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(composer(page).get_by_role("textbox", name=re.compile("^Comment on"))).to_have_value("No.")


async def test_a_line_of_a_diff_is_commented_on_with_its_number(page: Page, director: Director) -> None:
    project_id = await director.start("Changed line")
    await director.respond(project_id, "discovery", "amend", comment="Shorter.")
    request = await director.request(project_id, "discovery", round=2)
    await page.goto(f"/inbox?request={request['request_id']}")
    line = card(page).locator("diff-view .diff-line[data-kind=added]").first
    await line.hover()
    await card(page).get_by_role("button", name=re.compile("^Comment on “")).click()
    place = composer(page).get_by_role("button", name=re.compile("^The changes of Project plan v2, line [0-9]+$"))
    await expect(place).to_be_visible()
    await expect(composer(page).locator("blockquote")).to_have_text(re.compile(r"^\+ "))


async def test_a_line_of_code_is_commented_on_with_its_file_and_number(page: Page, director: Director) -> None:
    project_id = await director.start("Line of code")
    await director.approve(project_id, "discovery", "plan", "design")
    request = await director.request(project_id, "launch")
    await page.goto(f"/inbox?request={request['request_id']}")
    package = card(page).get_by_role("region", name="Deployment package, version 1", exact=True)
    await package.get_by_role("treeitem", name=re.compile("pyproject.toml")).click()
    code = package.locator("pre code")
    await expect(code).to_contain_text("[project]")
    lines = (await code.inner_text()).splitlines()
    number = lines.index("[project]") + 1
    height = await code.evaluate(
        "(code) => code.getBoundingClientRect().height / code.textContent.trimEnd().split('\\n').length"
    )
    await code.hover(position={"x": 10, "y": height * (number - 0.5)})
    await package.get_by_role("button", name="Comment on “[project]”").click()
    place = composer(page).get_by_role(
        "button", name=re.compile(f"^Deployment package v1, .*pyproject.toml, line {number}$")
    )
    await expect(place).to_be_visible()


async def test_a_finger_chooses_the_line_to_comment_on(new_page: NewPage, director: Director) -> None:
    page = await new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    await reviewed(page, director, "Under a finger")
    await card(page).locator(".rendered p").nth(1).tap()
    await card(page).get_by_role("button", name=re.compile("^Comment on")).tap()
    await expect(composer(page).get_by_role("region", name="Comments on the document")).to_contain_text("(1)")
