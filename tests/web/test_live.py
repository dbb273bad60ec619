"""The page is live: nothing is missed and nothing doubled, whatever happens to the connection."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, WebSocketRoute, expect
from playwright.async_api import TimeoutError as TooLate
from temporalio.client import Client

from config.settings import Settings
from models.contracts.enums import AgentStatus
from models.contracts.event_data import AgentStatusChange
from models.contracts.names import BuiltInRole
from store.transaction import Store
from tests.web.browsing import NewPage
from tests.web.line import Line, line_to
from tests.web.scene import Director
from tests.worker.lost_workflows import lose_and_report
from worker.reconciler import Reconciler

pytestmark = pytest.mark.long

LOST = ("WebSocket", "ERR_", "Failed to load resource")
"""What a browser says of a connection that a test has cut."""


@pytest_asyncio.fixture
async def line(api_url: str) -> AsyncIterator[Line]:
    async with line_to(api_url) as line:
        yield line


async def write(store: Store, project_id: str, count: int) -> None:
    """Let the project's log grow by that many events, in one commit."""
    async with store.transaction(UUID(project_id)) as tx:
        for _ in range(count):
            tx.record(AgentStatusChange(status=AgentStatus.WORKING), key=str(uuid4()), agent_type=BuiltInRole.CODER)


async def head(http: httpx2.AsyncClient, project_id: str) -> int:
    return int((await http.get(f"/api/v1/projects/{project_id}")).json()["head"])


async def shown(page: Page) -> list[int]:
    """The numbers of the rows of the feed, from the top."""
    found: list[int] = await page.evaluate(
        "[...document.querySelectorAll('[data-seq]')].map((row) => +row.dataset.seq)"
    )
    return found


async def open_feed(page: Page, project_id: str, url: str = "") -> None:
    await page.goto(f"{url}/projects/{project_id}#tab=activity&events=all")
    await expect(page.locator("[data-seq]").first).to_be_visible()


async def row_of(page: Page, seq: int) -> None:
    await expect(page.locator(f'[data-seq="{seq}"]')).to_have_count(1)


async def test_an_event_is_painted_as_it_happens(
    page: Page, http: httpx2.AsyncClient, store: Store, parked: str
) -> None:
    await open_feed(page, parked)
    before = await head(http, parked)
    await write(store, parked, 3)
    await row_of(page, before + 3)
    assert await shown(page) == list(range(before + 3, 0, -1))


@pytest.mark.parametrize("how", ["cut", "silent"])
async def test_a_lost_connection_is_said_and_made_good(
    how: str, new_page: NewPage, line: Line, http: httpx2.AsyncClient, store: Store, parked: str
) -> None:
    page = await new_page(LOST, base_url=line.url)
    if how == "silent":  # a page asks for a sign of life every 20 s; here it does so at once
        await page.clock.install()
    await open_feed(page, parked, line.url)
    before = await head(http, parked)
    if how == "cut":
        await line.cut()
    else:
        line.silence()
        await page.clock.fast_forward(21_000)
        await page.clock.fast_forward(11_000)
    banner = page.get_by_text("The connection is lost")
    await expect(banner).to_be_visible()
    await write(store, parked, 40)
    await line.mend()
    if how == "silent":
        await line.cut()
        await line.mend()
        await page.clock.resume()
    with suppress(TooLate):  # it tries by itself, too, and then there is no button any more
        await page.get_by_role("button", name="Try now").click(timeout=2000)
    await row_of(page, before + 40)
    assert await shown(page) == list(range(before + 40, 0, -1))
    await expect(banner).to_have_count(0)


async def test_a_connection_that_comes_and_goes_misses_nothing(
    new_page: NewPage, line: Line, http: httpx2.AsyncClient, store: Store, parked: str
) -> None:
    page = await new_page(LOST, base_url=line.url)
    await open_feed(page, parked, line.url)
    before = await head(http, parked)
    for _ in range(5):
        await write(store, parked, 7)
        await line.cut()
        await write(store, parked, 7)
        await line.mend()
        await asyncio.sleep(0.2)
    await row_of(page, before + 70)
    assert await shown(page) == list(range(before + 70, 0, -1))


async def test_a_long_log_is_shown_by_its_end_and_read_back_on_demand(
    page: Page, http: httpx2.AsyncClient, store: Store, parked: str
) -> None:
    for _ in range(10):
        await write(store, parked, 100)
    newest = await head(http, parked)
    await open_feed(page, parked)
    await row_of(page, newest)
    rows = await shown(page)
    assert rows == list(range(newest, newest - len(rows), -1))
    assert len(rows) <= 300
    await page.get_by_role("button", name="Load older events").click()
    await row_of(page, rows[-1] - 1)
    older = await shown(page)
    assert older == list(range(older[0], older[0] - len(older), -1))
    time = page.locator(f'[data-seq="{older[-1]}"] time')
    await time.hover()
    for moment in (time, page.locator("time-ago").first):
        await expect(moment).to_have_attribute("title", re.compile(r"20\d\d"))  # made later than the row


async def test_a_burst_of_thousands_leaves_a_few_hundred_rows(
    page: Page, http: httpx2.AsyncClient, store: Store, parked: str
) -> None:
    await open_feed(page, parked)
    for _ in range(50):
        await write(store, parked, 100)
    newest = await head(http, parked)
    await row_of(page, newest)
    rows = await shown(page)
    assert rows == list(range(newest, newest - len(rows), -1))
    assert len(rows) <= 300


async def test_two_tabs_see_the_same(new_page: NewPage, http: httpx2.AsyncClient, store: Store, parked: str) -> None:
    first, second = await new_page(), await new_page()
    await open_feed(first, parked)
    await open_feed(second, parked)
    for _ in range(5):
        await write(store, parked, 9)
    newest = await head(http, parked)
    await row_of(first, newest)
    await row_of(second, newest)
    assert await shown(first) == await shown(second)


async def test_what_happens_while_a_project_is_read_is_not_missed(
    page: Page, http: httpx2.AsyncClient, parked: str
) -> None:
    director = Director(http)

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await director.respond(parked, "discovery", "reject", comment="No.")
        await director.until(parked, "rejected")
        await route.fulfill(response=answer)

    await page.route(f"**/api/v1/projects/{parked}/overview", answer_late, times=1)
    await open_feed(page, parked)
    await expect(page.get_by_role("region", name="Rejected")).to_be_visible()
    await expect(page.get_by_role("region", name="Waiting for you")).to_have_count(0)
    await expect(page.get_by_role("button", name="discovery, analyst, rejected")).to_be_visible()


async def test_a_page_that_is_not_let_in_waits_and_does_not_claim_to_be_live(new_page: NewPage) -> None:
    page = await new_page(expected_errors=LOST)
    attempts = 0

    async def full(socket: WebSocketRoute) -> None:
        nonlocal attempts
        attempts += 1
        await socket.close(code=4013, reason="too many connections")

    await page.route_web_socket("**/ws", full)
    await page.goto("/system")
    await expect(page.get_by_text("The connection is lost")).to_be_visible()
    await asyncio.sleep(4)
    assert attempts <= 2
    await expect(page.get_by_text("Live", exact=True)).to_have_count(0)


async def test_a_project_that_stands_still_says_so_and_can_be_started_again_or_ended(
    new_page: NewPage, http: httpx2.AsyncClient, worker: None, temporal: Client, store: Store, settings: Settings
) -> None:
    """Its workflow is gone from Temporal: the list has a badge, the system page names it, its own page has both ways
    out, and each takes the banner away without a reload."""
    forgotten = ("404",)  # of the ended one there is no workflow to link to
    page = await new_page(forgotten, viewport={"width": 1280, "height": 800})
    director = Director(http)
    ids = [await director.start(f"Lost {number}") for number in range(2)]
    for one in ids:
        await director.request(one, "discovery")
    await page.goto(f"/projects/{ids[0]}")
    await expect(page.get_by_role("heading", name="Lost 0", level=1)).to_be_visible()
    reconciler = Reconciler(store, temporal, settings)
    await lose_and_report(temporal, http, reconciler, *(f"project-{one}" for one in ids))

    banner = page.locator(".stopped .notice")
    await expect(banner).to_contain_text("Temporal runs no workflow for it")
    await banner.get_by_role("button", name="Restart from its records").click()
    await expect(banner).to_have_count(0)
    await director.request(ids[0], "discovery")

    await page.goto("/")
    await expect(page.get_by_role("region", name="Needs you").get_by_text("No progress")).to_be_visible()
    await page.goto("/projects")
    row = page.get_by_role("row").filter(has_text="Lost 1")
    await expect(row).to_contain_text("No progress")
    await page.goto("/system")
    await expect(page.get_by_role("region", name="Workflows without progress")).to_contain_text("Lost 1")
    await page.goto(f"/projects/{ids[1]}")
    await banner.get_by_role("button", name="End the project").click()
    await page.get_by_role("dialog").get_by_role("button", name="End the project").click()
    await expect(banner).to_have_count(0)
    await director.until(ids[1], "cancelled")
