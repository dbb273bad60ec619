"""A task's conversation with a model in the page: readable, live, of any size, and harmless whatever it says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, Response, expect

from config.settings import Settings
from models.contracts.event_data import TaskProgress
from models.contracts.events import Event
from store.transaction import Store
from tests.waiting import eventually
from tests.web.browsing import NewPage
from tests.web.scene import Director
from tests.web.test_accessibility import NARROW, SCHEMES, WIDE
from tests.web.test_hostile_content import HOSTILE, MARKUP, unharmed
from tests.written_transcripts import Writer

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]

HIDDEN = "a\u202eb\u2066c\0d\x1be\u200ff"
SHOWN = "a\u2039U+202E\u203ab\u2039U+2066\u203ac\u2400d\u241be\u2039U+200F\u203af"


@pytest_asyncio.fixture(scope="module")
async def settings(settings: Settings) -> Settings:
    """The steps take longer than the tests: a worker that stops does not wait for them."""
    return settings.model_copy(update={"worker_drain_seconds": 0.5})


@pytest_asyncio.fixture
async def project_id(http: httpx2.AsyncClient) -> str:
    """A project whose only task works for a minute."""
    return await Director(http).start("Guest book", rehearsal="step_seconds: 60", pipeline="quick-start")


@pytest_asyncio.fixture
async def task_id(http: httpx2.AsyncClient, project_id: str) -> str:
    async def first() -> str | None:
        tasks = (await Director(http).get(f"/projects/{project_id}/status"))["tasks"]
        return tasks[0]["task_id"] if tasks else None

    return await eventually(first)


@pytest.fixture
def writer(store: Store, task_id: str) -> Writer:
    return Writer(store, task_id)


Progress = Callable[[], Awaitable[None]]


@pytest.fixture
def progress(store: Store, project_id: str, task_id: str) -> Progress:
    """Reports progress of the task, as its step does when the model calls a tool."""

    async def report() -> None:
        data = TaskProgress(stage="build", message="calling write_file", fraction=None)
        event = Event(
            event_type=data.event_type,
            seq=None,
            project_id=UUID(project_id),
            task_id=UUID(task_id),
            agent_type="coder",
            data=data.recorded(),
            timestamp=datetime.now(UTC),
        )
        store.bus.publish([event])

    return report


async def converse(writer: Writer, turns: int, start: int = 1) -> None:
    for number in range(start, start + turns):
        content = f"line {number}\n" * 20
        await writer.turn((f"call-{number}", "write_file", {"path": f"app/{number}.py", "content": content}))
        await writer.result(f"call-{number}", "write_file", f"Written {number}.")


async def opened(page: Page, project_id: str) -> Locator:
    """The conversation of the project's first task, opened."""
    await page.goto(f"/projects/{project_id}#stage=build")
    transcript = page.locator("task-transcript")
    await transcript.get_by_text("Conversation with the model").click()
    await expect(transcript.get_by_text("Prompt and tools")).to_be_visible()
    return transcript


async def test_errors_are_open_and_the_rest_is_folded(page: Page, project_id: str, writer: Writer) -> None:
    await writer.prompt(task="Role: coder\nStage: build\n\n## Instructions\nWrite it.")
    await writer.turn(
        ("a", "write_file", {"path": "app/store.py", "content": "import os\n"}),
        ("b", "run_tests", {}),
        text="First the store.",
        thinking="It needs a store.",
    )
    await writer.result("a", "write_file", "Written.")
    await writer.result("b", "run_tests", "Error: 1 test fails.", ok=False)
    await writer.turn(text="All done.")
    await writer.remark("Your response calls no tool.")
    transcript = await opened(page, project_id)
    turns = transcript.get_by_role("list", name="Turns").locator("> li")
    await expect(turns).to_have_count(2)
    await expect(turns.first).to_contain_text("2.0 s, $0.01, 1,000 tokens in (400 of them cached), 100 out")
    await expect(transcript).to_contain_text("2 turns, $0.02, 2,200 tokens")
    await expect(turns.first.get_by_text("First the store.")).to_be_visible()
    await expect(turns.first.get_by_text("Error: 1 test fails.")).to_be_visible()
    await expect(turns.nth(1).get_by_text("Your response calls no tool.")).to_be_visible()
    await expect(turns.first.get_by_text("import os")).to_be_hidden()
    await expect(turns.first.get_by_text("It needs a store.")).to_be_hidden()
    await turns.first.get_by_text("app/store.py").click()
    await expect(turns.first.get_by_text("import os")).to_be_visible()
    await transcript.get_by_text("Prompt and tools").click()
    await expect(transcript.get_by_role("group", name="Its task")).to_contain_text("Write it.")
    await expect(transcript.get_by_text("coder@3f2a90c1d7be")).to_be_visible()


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


async def test_a_step_that_asks_again_shows_what_is_asked_now(
    page: Page, project_id: str, writer: Writer, progress: Progress
) -> None:
    await writer.prompt()
    await converse(writer, 2)
    again = writer.position
    await writer.turn(text="Nonsense.")
    transcript = await opened(page, project_id)
    await expect(transcript.get_by_text("Nonsense.")).to_be_visible()
    await writer.rewind(again)
    await writer.turn(text="Sense.")
    await writer.turn(text="More of it.")
    await progress()
    await expect(transcript.get_by_text("More of it.")).to_be_visible()
    await expect(transcript.get_by_text("Nonsense.")).to_have_count(0)
    await expect(transcript.get_by_role("list", name="Turns").locator("> li")).to_have_count(4)


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
    await expect(page.get_by_role("region", name="Agents")).to_contain_text("calling write_file")
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


async def test_nothing_that_a_model_says_runs_or_hides(page: Page, project_id: str, writer: Writer) -> None:
    text = f"{HOSTILE}\n{HIDDEN}"
    await writer.prompt(system=text, task=text)
    arguments: dict[str, Any] = {"path": HIDDEN, MARKUP[1]: text}
    await writer.turn(("a", "write_file", arguments), ("b", MARKUP[0], HOSTILE), text=text, thinking=text)
    await writer.result("a", "write_file", text, ok=False)
    await writer.result("b", "write_file", text, ok=False)
    await writer.turn(text="\u202e")
    await writer.remark(text)
    transcript = await opened(page, project_id)
    for folded in ("Prompt and tools", "What it thought"):
        await transcript.get_by_text(folded).click()
    for name in ("Its task", "What the model said", "What the model thought", "error", "Correction"):
        await expect(transcript.get_by_role("group", name=name, exact=True).first).to_contain_text(SHOWN)
    await expect(transcript.get_by_text("globalThis.broken = 1").first).to_be_visible()
    assert not set("\u202e\u2066\u200f\0\x1b") & set(str(await transcript.text_content()))
    await unharmed(page)


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


async def test_a_keyboard_opens_it_and_axe_finds_no_violation(
    new_page: NewPage, project_id: str, writer: Writer
) -> None:
    await writer.prompt()
    await converse(writer, 2)
    await writer.turn(("a", "run_tests", {}), text="Now the tests.", thinking="Hm.")
    await writer.result("a", "run_tests", "Error: 1 test fails.\n" + "F" * 5000, ok=False)
    page = await new_page(viewport=WIDE, bypass_csp=True, reduced_motion="reduce")
    await page.goto(f"/projects/{project_id}#stage=build")
    summary = page.locator("task-transcript summary").first
    await summary.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Prompt and tools")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("group", name="The system prompt")).to_be_visible()
    await page.get_by_text("app/1.py").click()
    for viewport in (WIDE, NARROW):
        await page.set_viewport_size(viewport)
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            found = await Axe().run(page, context="task-transcript")
            assert found.violations_count == 0, (viewport, scheme, found.generate_report())
        assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


async def test_what_is_read_in_vain_is_said_and_tried_again(new_page: NewPage, project_id: str, writer: Writer) -> None:
    await writer.prompt()
    await converse(writer, 1)
    page = await new_page(expected_errors=("503",))
    failing = True

    async def answer(route: Any) -> None:
        if failing:
            await route.fulfill(status=503, json={"title": "Service Unavailable", "detail": "The database is down."})
        else:
            await route.continue_()

    await page.route("**/transcript*", answer)
    await page.goto(f"/projects/{project_id}#stage=build")
    await page.get_by_text("Conversation with the model").click()
    transcript = page.locator("task-transcript")
    await expect(transcript.get_by_text("The database is down.")).to_be_visible()
    failing = False
    await transcript.get_by_role("button", name="Try again").click()
    await expect(transcript.get_by_text("Prompt and tools")).to_be_visible()
    await expect(transcript.get_by_role("alert")).to_have_count(0)


async def test_a_running_task_shows_what_it_has_cost(page: Page, project_id: str, writer: Writer) -> None:
    await writer.prompt()
    await converse(writer, 3)
    await page.goto(f"/projects/{project_id}#stage=build")
    await expect(page.locator(".project-facts")).to_contain_text("$0.03, 3,300 tokens")
    await expect(page.locator("task-transcript")).to_contain_text("$0.03, 3,300 tokens")
