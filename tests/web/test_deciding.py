"""A person runs the product from the page: starts a project, watches it, decides."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from models.tables import HITL_REQUEST
from store.transaction import Store
from tests.web.browsing import NewPage
from tests.web.deciding import act, card, decided, open_request, request_of, told
from tests.web.scene import SHORTENER, Director

pytestmark = pytest.mark.long

AS_MAYA_WOULD = "# Project plan\n\nAs Maya would have it.\n"
NARROW = {"width": 360, "height": 740}
WITHOUT_CLIPBOARD = """() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    document.execCommand = () => false;
}"""


async def start(page: Page, name: str, brief: str) -> None:
    await page.get_by_role("button", name="New project").click()
    dialog = page.get_by_role("dialog", name="Start a project")
    await dialog.get_by_role("textbox", name="Brief").fill(brief)
    await dialog.get_by_role("textbox", name="Name").fill(name)
    await expect(dialog.get_by_text("You decide after discovery, plan, design and launch.")).to_be_visible()
    await dialog.get_by_role("button", name="Start project").click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


async def test_a_project_is_carried_from_its_brief_to_its_delivery(page: Page, worker: None) -> None:
    await page.goto("/")
    await start(page, "From start to end", SHORTENER)
    project = page.url
    for question in (
        "Is this the right project?",
        "Do these requirements say what you need?",
        "Should it be built this way?",
        "Is this ready to be delivered?",
    ):
        await page.get_by_role("link", name=f"Waiting for you: {question}").click()
        await expect(card(page).get_by_text(question)).to_be_visible()
        await expect(card(page).locator("article.rendered").first).to_be_visible()
        await act(page, "Approve").click()
        await card(page).get_by_role("form", name="Approve", exact=True).get_by_role("button", name="Approve").click()
        await told(page, "Approved")
        await page.goto(project)
    await expect(page.get_by_text("Completed").first).to_be_visible()
    async with page.expect_download() as downloading:
        await page.locator(".project-head").get_by_role("link", name="Download").click()
    assert (await downloading.value).suggested_filename.endswith(".zip")


async def test_an_amended_text_is_what_later_stages_read(page: Page, director: Director) -> None:
    project_id = await director.start("Amended")
    request = await open_request(page, director, project_id, "discovery")
    await act(page, "Edit and approve").click()
    form = card(page).get_by_role("form", name="Edit and approve")
    await form.get_by_role("textbox", name=re.compile("Project plan")).fill(
        "# Project plan\n\nAs Maya would have it.\n"
    )
    await expect(form.get_by_text("Decide as human")).to_be_visible()
    await form.get_by_role("button", name="Edit and approve").click()
    await told(page, "Edited and approved")
    found = await decided(director, request["request_id"], "amended")
    assert found["history"][0]["responder"] == "human"
    assert found["contents"][-1]["content"] == AS_MAYA_WOULD
    await director.request(project_id, "plan")


async def test_feedback_has_the_stage_done_again_and_shows_what_changed(page: Page, director: Director) -> None:
    project_id = await director.start("Sent back")
    await open_request(page, director, project_id, "discovery")
    await act(page, "Request changes").click()
    form = card(page).get_by_role("form", name="Request changes")
    await form.get_by_label("What should change?").fill("Say who it is for.")
    await form.get_by_role("button", name="Request changes").click()
    await open_request(page, director, project_id, "discovery", round=2)
    await expect(card(page).locator("diff-view").first).to_be_visible()
    await expect(card(page).get_by_text("Say who it is for.").first).to_be_visible()


async def test_feedback_can_go_to_an_earlier_stage(page: Page, director: Director) -> None:
    project_id = await director.start("Sent back")
    await open_request(page, director, project_id, "discovery")
    await act(page, "Request changes").click()
    form = card(page).get_by_role("form", name="Request changes")
    await expect(form.get_by_label("Step to repeat")).to_have_count(0)
    await director.approve(project_id, "discovery", "plan")
    request = await open_request(page, director, project_id, "design")
    await act(page, "Request changes").click()
    await form.get_by_label("What should change?").fill("Say who pays.")
    choice = form.get_by_label("Step to repeat")
    assert await choice.locator("option").all_inner_texts() == ["design", "plan", "discovery"]
    await choice.select_option("plan")
    await expect(form.get_by_text("The step plan is repeated with your words")).to_be_visible()
    await page.reload()  # the choice is kept with the draft
    await expect(choice).to_have_value("plan")
    await form.get_by_role("button", name="Request changes").click()
    await decided(director, request["request_id"], "amended")
    await open_request(page, director, project_id, "plan", round=2)
    await page.goto(f"/projects/{project_id}#tab=activity")
    await expect(page.locator("event-feed").get_by_text("sent the work from design back to plan").first).to_be_visible()


async def test_a_rejection_needs_its_reason_and_ends_the_project(page: Page, director: Director) -> None:
    project_id = await director.start("Rejected")
    request = await open_request(page, director, project_id, "discovery")
    await act(page, "Reject and end project").click()
    form = card(page).get_by_role("form", name="Reject and end project")
    await form.get_by_role("button", name=re.compile("Reject")).click()
    assert (await request_of(director, request["request_id"]))["status"] == "pending"
    await form.get_by_role("textbox").first.fill("We buy this instead.")
    await form.get_by_role("button", name=re.compile("Reject")).click()
    await told(page, "Rejected")
    await director.until(project_id, "rejected")
    await page.goto(f"/projects/{project_id}")
    await expect(page.get_by_text("We buy this instead.").first).to_be_visible()


async def test_several_are_approved_at_once(page: Page, director: Director) -> None:
    ids = [await director.start(f"Together {number}") for number in (1, 2, 3)]
    requests = [await director.request(one, "discovery") for one in ids]
    await page.goto("/inbox")
    for number in (1, 2, 3):
        await page.get_by_role("checkbox", name=re.compile(f"of Together {number}$")).check()
    await page.get_by_role("button", name="Approve 3").click()
    confirm = page.get_by_role("dialog").get_by_role("button", name=re.compile("^Approve"))
    if await confirm.count():
        await confirm.click()
    for one in ids:
        await director.request(one, "plan")
    for request in requests:
        await decided(director, request["request_id"], "approved")


async def test_of_two_people_the_second_is_told_who_was_first_and_loses_nothing(
    new_page: NewPage, director: Director
) -> None:
    project_id = await director.start("Raced")
    maya, jonas = await new_page(), await new_page(expected_errors=("409",))
    request = await open_request(maya, director, project_id, "discovery")
    await open_request(jonas, director, project_id, "discovery")
    await act(jonas, "Edit and approve").click()
    text = card(jonas).get_by_role("textbox", name=re.compile("Project plan"))
    await text.fill("# What Jonas was typing")
    await act(maya, "Approve").click()
    form = card(maya).get_by_role("form", name="Approve", exact=True)
    await form.get_by_role("button", name="Approve").click()
    await told(maya, "Approved")
    await expect(card(jonas).get_by_text(re.compile("Approved by someone else"))).to_be_visible()
    await expect(card(jonas).get_by_text(re.compile("human approved")).first).to_be_visible()
    await expect(text).to_have_value("# What Jonas was typing")
    await expect(act(jonas, "Approve")).to_be_disabled()
    notices, copy = jonas.get_by_role("region", name="Notices"), card(jonas).get_by_role("button", name="Copy my draft")
    await copy.click()
    await expect(notices.get_by_text("Copied.")).to_be_visible()
    await jonas.evaluate(WITHOUT_CLIPBOARD)
    await copy.click()
    await expect(notices.get_by_text("Cannot copy: # What Jonas was typing")).to_be_visible()
    assert (await request_of(director, request["request_id"]))["status"] == "approved"


async def test_two_answers_in_the_same_moment_have_one_winner(new_page: NewPage, director: Director) -> None:
    project_id = await director.start("At the same moment")
    pages = [await new_page(expected_errors=("409",)) for _ in range(2)]
    for one in pages:
        request = await open_request(one, director, project_id, "discovery")
        await act(one, "Approve").click()
        await expect(card(one).get_by_role("form", name="Approve", exact=True)).to_be_visible()
    submit = "() => document.querySelector('article form').requestSubmit()"
    await asyncio.gather(*(one.evaluate(submit) for one in pages))
    for one in pages:
        await told(one, "Approved")
    history = (await decided(director, request["request_id"], "approved"))["history"]
    assert [response["outcome"] for response in history].count("applied") == 1


async def test_all_of_it_works_from_the_keyboard(page: Page, director: Director) -> None:
    first, second = [await director.start(f"By key {number}") for number in (1, 2)]
    await director.request(first, "discovery")
    request = await director.request(second, "discovery")
    await page.goto("/")
    await page.keyboard.press("g")
    await page.keyboard.press("i")
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("By key 2")).first).to_be_visible()
    for _ in range(60):
        if await card(page).get_by_role("link", name="By key 2").count():
            break
        await page.keyboard.press("j")
    await page.keyboard.press("r")
    await page.keyboard.type("Not now.")
    await page.keyboard.press("Escape")
    assert (await request_of(director, request["request_id"]))["status"] == "pending"
    await page.keyboard.press("a")
    await expect(card(page).get_by_role("form", name="Approve", exact=True)).to_be_visible()
    await page.keyboard.press("Enter")
    await told(page, "Approved")
    await decided(director, request["request_id"], "approved")


async def test_one_decides_on_a_narrow_dark_screen(new_page: NewPage, director: Director) -> None:
    project_id = await director.start("On the way")
    request = await director.request(project_id, "discovery")
    page = await new_page(viewport=NARROW, color_scheme="dark", has_touch=True)
    await page.goto("/inbox")
    await page.get_by_role("link", name=re.compile("On the way")).click()
    await act(page, "Approve").click()
    await card(page).get_by_role("form", name="Approve", exact=True).get_by_role("button", name="Approve").click()
    await decided(director, request["request_id"], "approved")
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


async def test_the_inbox_and_its_badge_are_live(page: Page, director: Director) -> None:
    await page.goto("/inbox")
    await expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    project_id = await director.start("Suddenly there")
    row = page.get_by_role("link", name=re.compile("Suddenly there"))
    await expect(row).to_be_visible()
    await expect(page).to_have_title(re.compile(r"^\(\d+\) Inbox · BotArmy$"))
    await director.respond(project_id, "discovery", "reject", comment="No.")
    await expect(row).to_have_count(0)


async def test_a_request_that_changes_disables_its_buttons_and_keeps_the_draft(
    new_page: NewPage, director: Director, store: Store
) -> None:
    page = await new_page(expected_errors=("409",))
    project_id = await director.start("Changing")
    request = await open_request(page, director, project_id, "discovery")
    await act(page, "Request changes").click()
    form = card(page).get_by_role("form", name="Request changes")
    await form.get_by_role("textbox").first.fill("Say who pays.")
    changed = HITL_REQUEST.update().where(HITL_REQUEST.c.id == request["request_id"]).values(subject_hash="e" * 64)
    async with store.writing() as connection:
        await connection.execute(changed)
    await form.get_by_role("button", name="Request changes").click()
    notice = card(page).get_by_role("alert").filter(has_text="Changed since you opened it")
    await expect(notice).to_contain_text("What you typed is kept.")
    await expect(act(page, "Approve")).to_be_disabled()
    assert (await request_of(director, request["request_id"]))["history"] == []
    await notice.get_by_role("button", name="Show it as it is now").click()
    await expect(notice).to_be_hidden()
    await expect(form.get_by_role("textbox").first).to_have_value("Say who pays.")
    await form.get_by_role("button", name="Request changes").click()
    await decided(director, request["request_id"], "amended")
