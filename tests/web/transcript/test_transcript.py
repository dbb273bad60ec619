"""A task's conversation with a model in the page: readable, current, and harmless whatever it says."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.web.accessibility import NARROW, SCHEMES, WIDE
from tests.web.browsing import NewPage
from tests.web.test_hostile_content import HOSTILE, MARKUP, unharmed
from tests.web.transcript.conftest import Progress
from tests.written_transcripts import Writer

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]

HIDDEN = "a\u202eb\u2066c\0d\x1be\u200ff"
SHOWN = "a\u2039U+202E\u203ab\u2039U+2066\u203ac\u2400d\u241be\u2039U+200F\u203af"


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


async def test_a_step_that_asks_again_shows_what_is_asked_now_and_what_was_paid_in_vain(
    page: Page, project_id: str, writer: Writer, progress: Progress
) -> None:
    await writer.prompt()
    await converse(writer, 2)
    again = writer.position
    await writer.turn(text="Nonsense.")
    transcript = await opened(page, project_id)
    await expect(transcript.get_by_text("Nonsense.")).to_be_visible()
    await expect(transcript.get_by_text("Not used, but paid")).to_have_count(0)
    await writer.discard(again, "It answers what is no longer asked.")
    await writer.turn(text="Sense.")
    await writer.turn(text="More of it.")
    await progress()
    await expect(transcript.get_by_text("More of it.")).to_be_visible()
    turns = transcript.get_by_role("list", name="Turns").locator("> li")
    await expect(turns).to_have_count(5)
    told = turns.filter(has_text="Nonsense.").get_by_text("Not used, but paid: It answers what is no longer asked.")
    await expect(told).to_be_visible()
    await expect(transcript.get_by_text("Not used, but paid")).to_have_count(1)


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
