"""A task's conversation in the page grows while it is read: what is open stays, and little is read again."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Response, expect

from tests.web.accessibility import NARROW
from tests.web.browsing import NewPage
from tests.web.transcript.conftest import Progress
from tests.web.transcript.test_transcript import converse, opened
from tests.written_transcripts import Writer

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]


async def test_it_grows_while_the_step_runs_and_what_is_open_stays(
    page: Page, project_id: str, writer: Writer, progress: Progress
) -> None:
    await writer.prompt()
    await converse(writer, 3)
    await writer.turn(("slow", "run_tests", {}))
    transcript = await opened(page, project_id)
    turns = transcript.get_by_role("list", name="Turns").locator("> li")
    await expect(turns).to_have_count(4)
    await turns.nth(3).get_by_text("run_tests").click()
    await expect(turns.nth(3)).to_contain_text("no result")
    await turns.nth(1).get_by_text("app/2.py").click()
    await expect(turns.nth(1).get_by_text("Written 2.")).to_be_visible()
    await turns.nth(1).evaluate("element => { element.scrollIntoView(); element.dataset.mine = 'yes'; }")
    before = await turns.nth(1).evaluate("element => element.getBoundingClientRect().top")

    await writer.result("slow", "run_tests", "7 tests pass.")
    await converse(writer, 1, start=5)
    await progress()
    await expect(turns).to_have_count(5)
    await expect(turns.nth(3).get_by_text("7 tests pass.")).to_be_visible()
    await expect(turns.nth(1).get_by_text("Written 2.")).to_be_visible()
    assert await turns.nth(1).get_attribute("data-mine") == "yes"
    assert abs(await turns.nth(1).evaluate("element => element.getBoundingClientRect().top") - before) <= 1


async def test_a_closed_conversation_is_not_read(
    page: Page, project_id: str, writer: Writer, progress: Progress
) -> None:
    await writer.prompt()
    await converse(writer, 1)
    read: list[str] = []
    page.on("request", lambda request: read.append(request.url) if "/transcript?" in request.url else None)
    await page.goto(f"/projects/{project_id}#stage=build")
    await expect(page.get_by_text("Conversation with the model")).to_be_visible()
    for _ in range(3):
        await progress()
    await expect(page.locator(".project-now")).to_contain_text("calling write_file")
    assert read == []


async def test_a_burst_of_progress_is_a_few_requests(
    page: Page, project_id: str, writer: Writer, progress: Progress
) -> None:
    await writer.prompt()
    await converse(writer, 1)
    transcript = await opened(page, project_id)
    read: list[str] = []
    page.on("request", lambda request: read.append(request.url) if "/transcript?" in request.url else None)
    for _ in range(100):
        await progress()
    await converse(writer, 1, start=2)
    await progress()
    await expect(transcript.get_by_role("list", name="Turns").locator("> li")).to_have_count(2)
    assert len(read) <= 4


async def test_turns_of_a_megabyte_are_read_in_pages_of_bounded_size(
    new_page: NewPage, project_id: str, writer: Writer
) -> None:
    page = await new_page(viewport=NARROW)
    large = "x" * 500_000 + "\n" + "line\n" * 100_000
    await writer.prompt(task=large)
    for number in range(40):
        await writer.turn(
            (f"call-{number}", "write_file", {"path": f"{number}.py", "content": large}), text=large[:9000]
        )
        await writer.result(f"call-{number}", "write_file", "Written.")
    sizes: list[int] = []

    async def measure(response: Response) -> None:
        if "/transcript?" in response.url:
            sizes.append(len(await response.body()))

    page.on("response", measure)
    transcript = await opened(page, project_id)
    turns = transcript.get_by_role("list", name="Turns").locator("> li")
    await expect(transcript).to_contain_text("40 turns")
    shown = await turns.count()
    assert 1 <= shown < 40
    await transcript.get_by_role("button", name="Show more turns").click()
    await expect(turns).not_to_have_count(shown)
    await turns.first.get_by_text("0.py").click()
    content = turns.first.get_by_role("group", name="content")
    await content.get_by_role("button", name="Show more").click()
    await expect(content.locator(".part")).to_have_count(5)
    assert max(sizes) < 4 * 1024 * 1024
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_more_turns_are_read_with_the_keyboard(page: Page, project_id: str, writer: Writer) -> None:
    await writer.prompt()
    await converse(writer, 50)
    transcript = await opened(page, project_id)
    turns = transcript.get_by_role("list", name="Turns").locator("> li")
    await expect(turns).to_have_count(20)
    more = transcript.get_by_role("button", name="Show more turns")
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(turns).to_have_count(40)
    await page.keyboard.press("Enter")
    await expect(turns).to_have_count(50)
    await expect(more).to_be_hidden()
    await expect(transcript.locator("summary").first).to_be_focused()


async def test_a_running_task_shows_what_it_has_cost(page: Page, project_id: str, writer: Writer) -> None:
    await writer.prompt()
    await converse(writer, 3)
    await page.goto(f"/projects/{project_id}#stage=build")
    await expect(page.locator("task-transcript")).to_contain_text("$0.03, 3,300 tokens")
