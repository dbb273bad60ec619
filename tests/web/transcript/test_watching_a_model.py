"""What a model is writing, in the page: as text, while it is written, until it is in the conversation."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from cli.stack.embedded import Servers
from config.settings import Settings
from tests.api_client import start, wait_for_status
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.crew.model.test_model_delivery import PIPELINES
from tests.crew.model.test_watched_projects import BRIEF, TEST
from tests.provider import Conversation, Provider, Script, Turn, configured
from tests.provider.scripts import call
from tests.web.browsing import NewPage
from tests.web.test_hostile_content import MARKUP

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]

HOSTILE = "".join(MARKUP) + "\x07\u202eevil\n"
LINES = "".join(f"# line {number}\n" for number in range(200))
CODE = 'def entry(name):\n    """Return an entry."""\n    return name\n' + LINES
TURNS = (
    Turn(calls=(call("list_files"),), seconds=3),
    Turn(
        text=HOSTILE,
        calls=(
            call("write_file", path="guests.py", content=CODE),
            call("write_file", path="tests/test_guests.py", content=TEST),
        ),
        pieces=50,
        pace=0.15,
    ),
    Turn(text="I look at it. " * 5, calls=(call("run_tests"),), pieces=5, pace=0.5),
    Turn(calls=(call("finish", summary="Guests leave a word."),), seconds=2),
)


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"pipelines_dir": PIPELINES, "model_prices": {MODEL: (1.0, 2.0)}})


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(Script(conversations={"build": Conversation(turns=TURNS)}), key=KEY) as provider:
        yield provider


async def test_it_is_shown_while_it_is_written_until_the_conversation_has_it(
    new_page: NewPage, http: httpx2.AsyncClient
) -> None:
    page = await new_page(bypass_csp=True, reduced_motion="reduce")
    project_id = await start(http, description=BRIEF, model=MODEL, pipeline="only-build")
    await page.goto(f"/projects/{project_id}#stage=build")
    written = page.get_by_role("region", name="What the model is writing")
    live = page.locator("live-text")
    await expect(written).to_contain_text("<script>globalThis.broken = 1</script>")
    await expect(page.locator("[data-announcements]")).to_contain_text("the model is writing turn 2")
    await expect(written).to_contain_text("\u2407\u2039U+202E\u203aevil")
    await expect(live).to_contain_text(re.compile(r"Turn 2\s*write_file\s*is being written"))
    await expect(written).to_contain_text("def entry(name):\n    ")
    assert await written.get_attribute("aria-live") == "off"
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()

    # It follows the end until the reader scrolls up.
    await expect(written).to_contain_text("# line 40")
    at_end = "e => e.scrollHeight - e.scrollTop - e.clientHeight"
    assert await written.evaluate(at_end) < 24
    await written.evaluate("e => { e.scrollTop = 10; }")
    await expect(written).to_contain_text("# line 120")
    assert await written.evaluate("e => e.scrollTop") == 10

    # The next turn replaces it; one that the open conversation has is not shown twice.
    await expect(live).to_contain_text("Turn 3")
    await expect(written).not_to_contain_text("# line 120")
    await page.get_by_text("Conversation with the model").click()
    await expect(page.get_by_role("list", name="Turns").locator("> li")).to_have_count(3)
    await wait_for_status(http, project_id, "completed")
    await expect(live).to_be_hidden()
    assert await page.evaluate("globalThis.broken") is None


async def test_a_second_page_shows_the_whole_text_and_a_hidden_one_asks_for_none(
    page: Page, new_page: NewPage, http: httpx2.AsyncClient
) -> None:
    project_id = await start(http, description=BRIEF, model=MODEL, pipeline="only-build")
    await page.goto(f"/projects/{project_id}#stage=build")
    written = page.get_by_role("region", name="What the model is writing")
    await expect(written).to_contain_text("# line 10\n")
    second = await new_page()
    sent: list[dict[str, Any]] = []
    second.on("websocket", lambda ws: ws.on("framesent", lambda frame: sent.append(json.loads(frame))))
    await second.goto(f"/projects/{project_id}#stage=build")
    other = second.get_by_role("region", name="What the model is writing")
    await expect(other).to_contain_text("# line 60\n")
    texts = [await each.inner_text() for each in (written, other)]
    shorter, longer = sorted(texts, key=len)
    assert longer.startswith(shorter)
    assert "globalThis.broken = 1" in shorter

    await second.evaluate(
        "Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'));"
    )
    live = [frame.get("live") for frame in sent if frame["action"] == "subscribe"]
    assert live in ([None, True, None], [True, None])  # the second, if the socket opened after the project was read
    await wait_for_status(http, project_id, "completed")
