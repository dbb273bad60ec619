"""A request in the inbox: a change request, failed steps, the list, what the address has, and a lost connection."""

from __future__ import annotations

import json
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.web.browsing import NewPage
from tests.web.line import line_to
from tests.web.reviewing import PHONE, amended, button, card, composer, reviewed, status_of
from tests.web.scene import Director

FAILS = "fail_step: {stage: design, times: 9, retryable: false}"
FINGER = 44  # px


@pytest.mark.parametrize("key", ["c", "e"])
async def test_a_change_request_never_becomes_the_document(key: str, page: Page, director: Director) -> None:
    request = await reviewed(page, director, f"Asked to change by {key}")
    await expect(card(page).get_by_role("heading", level=2).first).to_have_text("Review: Project plan v1")
    await expect(card(page).get_by_text(request["question"])).to_be_visible()
    await page.keyboard.press(key)
    await expect(composer(page)).to_be_visible()
    await page.keyboard.type("Say who it is for.")
    await expect(card(page).locator("article.rendered")).to_be_in_viewport()  # beside what is typed
    await page.keyboard.press("Control+Enter")
    decision = await amended(director, request)
    assert (decision["comment"], decision["content_hash"]) == ("Say who it is for.", None)
    await expect(page.get_by_text("Changes requested").first).to_be_attached()


async def test_editing_says_that_it_changes_the_document(page: Page, director: Director) -> None:
    await reviewed(page, director, "Edited")
    await page.keyboard.press("Shift+E")
    form = card(page).get_by_role("form", name="Edit and approve")
    await expect(form.get_by_text("You are editing the document itself.")).to_be_visible()
    await expect(form.get_by_role("textbox", name=re.compile("Project plan"))).to_be_focused()
    await expect(card(page).locator("article.rendered")).to_be_in_viewport()


async def test_a_failed_step_says_what_failed_and_offers_to_try_again(page: Page, director: Director) -> None:
    project_id = await director.start("Failing", rehearsal=FAILS)
    await director.approve(project_id, "discovery", "plan")
    request = await director.request(project_id, "design")

    async def with_log(route: Route) -> None:
        answer = await route.fetch()
        log = "\n".join(f"line {number} of the log" for number in range(100))
        await route.fulfill(response=answer, body=json.dumps(await answer.json() | {"log": log}))

    await page.route(f"**/api/v1/hitl/{request['request_id']}", with_log)
    await page.goto(f"/inbox?request={request['request_id']}")
    await expect(card(page).get_by_role("heading", level=2).first).to_have_text("Architect failed on design")
    await expect(card(page).get_by_text("Rehearsed failure")).to_be_visible()
    log = card(page).get_by_role("region", name="The end of its log", exact=True)
    await expect(log).to_contain_text("line 99 of the log")
    await expect(log).not_to_contain_text("line 9 of the log")
    for word in ("Approve", "amend", "gate"):
        await expect(card(page).get_by_text(word)).to_have_count(0)
    await expect(button(page, "End project")).to_be_visible()
    await button(page, "Try again with advice").click()
    form = card(page).get_by_role("form", name="Try again with advice")
    await form.get_by_label("Advice").fill("Use one module.")
    await form.get_by_role("button", name="Try again with advice").click()
    assert (await amended(director, request))["comment"] == "Use one module."


async def test_the_list_has_failures_first_and_says_what_follows_a_deadline(page: Page, director: Director) -> None:
    first = await director.start("Ordered review")
    await director.request(first, "discovery")
    failed = await director.start("Ordered failure", rehearsal=FAILS.replace("design", "discovery"))
    await director.request(failed, "discovery")
    await page.goto("/inbox")
    await page.get_by_role("searchbox").fill("Ordered")
    rows = page.get_by_role("list", name="Open requests").get_by_role("link")
    await expect(rows).to_have_text([re.compile("^Ordered failure"), re.compile("^Ordered review")])
    await expect(rows.nth(0)).to_contain_text("Analyst failed on discovery")
    await expect(rows.nth(1)).to_contain_text("expires in 24 h → fails")
    await expect(rows.nth(1)).to_contain_text("Project plan v1 · review")
    groups = page.locator(".row-group")
    await expect(groups).to_have_text([re.compile("^Failed or stopped"), re.compile("^Within a day")])
    await page.get_by_role("combobox", name="Group the requests by").select_option("project")
    await expect(page).to_have_url(re.compile("group=project"))
    await page.reload()
    await page.get_by_role("searchbox").fill("Ordered")
    await expect(groups).to_have_text(["Ordered failure · 1", "Ordered review · 1"])


async def test_a_deadline_is_extended_beside_the_request_and_in_the_list(page: Page, director: Director) -> None:
    await reviewed(page, director, "Extended")
    row = page.get_by_role("list", name="Open requests").get_by_role("link", name=re.compile("^Extended"))
    await expect(row).to_contain_text("expires in 24 h → fails")
    await expect(card(page).get_by_text(re.compile("^ ?The project fails on .* if nobody decides"))).to_be_visible()
    await card(page).get_by_role("button", name="Extend …").click()
    dialog = page.get_by_role("dialog", name="Extend the deadline")
    await dialog.get_by_label("Extend by").select_option("7d")
    await dialog.get_by_role("button", name="Extend", exact=True).click()
    await expect(row).to_contain_text("expires in 8 d → fails")


async def test_the_tab_of_a_document_is_in_the_address(page: Page, director: Director) -> None:
    project_id = await director.start("Linked tab")
    await director.respond(project_id, "discovery", "amend", comment="Shorter.")
    request = await director.request(project_id, "discovery", round=2)
    await page.goto(f"/inbox?request={request['request_id']}")
    await expect(card(page).get_by_role("tab", name="Changes")).to_have_attribute("aria-selected", "true")
    await card(page).get_by_role("tab", name="Document").click()
    await expect(page).to_have_url(re.compile("tab=document"))
    await page.reload()
    await expect(card(page).get_by_role("tab", name="Document")).to_have_attribute("aria-selected", "true")
    await card(page).get_by_role("button", name=re.compile("^What changed in v2")).click()
    await expect(card(page).locator("diff-view").get_by_role("table").first).to_be_visible()


async def test_the_version_that_is_compared_is_in_the_address(page: Page, director: Director) -> None:
    project_id = await director.start("Linked version")
    for round in (1, 2):
        await director.request(project_id, "discovery", round=round)
        await director.respond(project_id, "discovery", "amend", comment=f"Comment of round {round}.")
    request = await director.request(project_id, "discovery", round=3)
    await page.goto(f"/inbox?request={request['request_id']}")
    compared = card(page).get_by_role("combobox", name="Compared with")
    await expect(compared).to_have_value("2")
    removed = card(page).locator("diff-view .diff-line[data-kind=removed]")
    await expect(removed.get_by_text("Comment of round 1.")).to_be_visible()
    await compared.select_option("1")
    await expect(removed.get_by_text("Comment of round 1.")).to_have_count(0)
    await expect(page).to_have_url(re.compile("tab=changes&against=1"))
    await page.reload()
    await expect(compared).to_have_value("1")
    await expect(card(page).locator("diff-view .diff-line[data-kind=added]").first).to_be_visible()
    await expect(removed.get_by_text("Comment of round 1.")).to_have_count(0)


async def test_nothing_is_sent_while_the_api_is_unreachable(
    new_page: NewPage, director: Director, api_url: str
) -> None:
    async with line_to(api_url) as line:
        page = await new_page(("WebSocket", "ERR_", "Failed to load"), base_url=line.url)
        request = await reviewed(page, director, "Out of reach", line.url)
        await button(page, "Request changes").click()
        await page.keyboard.type("Kept.")
        await line.cut()
        send = composer(page).get_by_role("button", name="Request changes")
        await expect(send).to_have_attribute("aria-disabled", "true")
        await expect(send).to_have_accessible_description(re.compile("cannot be reached"))
        await expect(button(page, "Approve")).to_be_disabled()
        await send.click(force=True)
        assert await status_of(director, request) == "pending"
        await line.mend()
        await expect(send).to_have_attribute("aria-disabled", "false")
        await expect(button(page, "Approve")).to_be_enabled()
        await send.click()
        assert (await amended(director, request))["comment"] == "Kept."


async def test_a_discarded_draft_can_be_brought_back(page: Page, director: Director) -> None:
    request = await reviewed(page, director, "Discarded")
    await button(page, "Request changes").click()
    await page.keyboard.type("What I meant.")
    await director.respond(request["project_id"], "discovery", "approve", responder="Maya")
    await card(page).get_by_role("button", name="Discard my draft").click()
    await expect(page.get_by_text("Your draft was discarded.").first).to_be_visible()
    await expect(composer(page)).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(composer(page).get_by_label("What should change?")).to_have_value("What I meant.")


async def test_what_a_finger_presses_on_a_phone_is_44_px_high(new_page: NewPage, director: Director) -> None:
    page = await new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    await reviewed(page, director, "On a phone")
    await button(page, "More").click()
    await expect(button(page, "Reject and end project")).to_be_visible()
    await button(page, "Request changes").click()
    small = await page.evaluate(
        """(least) => [...document.querySelectorAll(".inbox :is(button, select, .back, textarea, .steps a)")]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < least)
            .map((one) => one.outerHTML)""",
        FINGER,
    )
    assert small == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_a_finger_chooses_the_line_to_comment_on(new_page: NewPage, director: Director) -> None:
    page = await new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    await reviewed(page, director, "Under a finger")
    await card(page).get_by_role("button", name="Comment", exact=True).tap()  # a finger replaces the place of the keys
    await card(page).locator(".rendered p").nth(1).tap()
    await card(page).get_by_role("button", name=re.compile("^Comment on")).tap()
    await expect(composer(page).get_by_role("region", name="Comments on the document")).to_contain_text("(1)")


async def test_both_documents_are_named_and_read_whole_on_a_phone(new_page: NewPage, director: Director) -> None:
    project = await director.start("Two documents")
    await director.approve(project, "discovery", "plan")
    request = await director.request(project, "design")
    page = await new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    await page.goto(f"/inbox?request={request['request_id']}")
    title = "Review: System architecture v1 and Implementation plan v1"
    await expect(card(page).get_by_role("heading", name=title)).to_be_visible()
    pages = card(page).locator(".artifact-page")
    await expect(pages).to_have_count(2)
    for document in await pages.all():
        await document.scroll_into_view_if_needed()
        await expect(document.locator(".rendered")).to_be_visible()
        assert await document.evaluate("(one) => one.scrollHeight <= one.clientHeight + 1")


async def test_a_phone_shows_the_step_that_asks(new_page: NewPage, director: Director) -> None:
    project_id = await director.start("Harbour map")
    await director.approve(project_id, "discovery", "plan", "design")
    request = await director.request(project_id, "launch")
    page = await new_page(viewport={"width": 390, "height": 844})
    await page.goto(f"/inbox?request={request['request_id']}")
    steps = page.get_by_role("navigation", name="Steps of the project")
    await expect(steps.get_by_role("link", name="launch")).to_be_in_viewport(ratio=1)
    question = await card(page).locator(".question").bounding_box()
    extend = card(page).get_by_role("button", name="Extend …")
    box = await extend.bounding_box()
    assert question
    assert box
    padding = await extend.evaluate("element => parseFloat(getComputedStyle(element).paddingLeft)")
    assert abs(box["x"] + padding - question["x"]) <= 2  # its words begin where the question does


async def test_paper_has_the_request_and_its_document_alone(page: Page, director: Director) -> None:
    request = await reviewed(page, director, "On paper")
    await page.emulate_media(media="print")
    await expect(card(page).get_by_text(request["question"])).to_be_visible()
    await expect(card(page).locator("article.rendered")).to_be_visible()
    await expect(page.get_by_role("navigation", name="Places")).to_be_hidden()
    await expect(button(page, "Approve")).to_be_hidden()
    await expect(page.get_by_role("region", name="Requests")).to_be_hidden()
