"""Measures the page in a real browser: from an event's commit to its painted row, the first load, the tab's memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from playwright.async_api import Browser, CDPSession, Page

from benchmarks.browser import browser_path, launched, sign_in
from benchmarks.feed import Feed, moment
from benchmarks.processes import MIB
from benchmarks.signing_in import authorization
from benchmarks.stack import BRIEF, Bench
from benchmarks.table import Aim, Row
from benchmarks.timing import p50
from config.settings import Settings
from models.contracts.enums import AgentStatus
from models.contracts.event_data import AgentStatusChange
from models.contracts.names import BuiltInRole
from store.bus import Bus
from store.database import Database
from store.transaction import Store

LOG_TAB = "#tab=activity&events=all"
OBSERVER = Path(__file__).with_suffix(".js").read_text()
LOADS = 5
LOG = 500
"""Events of the loaded project."""
PAUSE_SECONDS = 0.05
"""Between two measured events."""
BURST = 20
"""Events in a commit when only their number matters."""
SECONDS = 60.0
KILOBYTE = 1000


async def measure(bench: Bench) -> list[Row]:
    if browser_path() is None:
        return [Row("the page: no browser found")]
    state = bench.stack.state()
    settings = Settings(_env_file=None, database_url=state.database, redis_url=state.redis)
    database, bus = Database(settings), Bus(settings)
    try:
        async with launched("--enable-precise-memory-info") as browser:
            project_id = await _parked(bench)
            head = int((await bench.client.get(f"/projects/{project_id}"))["head"])
            writer = Writer(Store(database, bus), project_id, head)
            await writer.write_to(LOG)
            rows = await _load(bench, browser, writer)
            rows.append(await _paint(bench, browser, writer))
            return rows + await _keep(bench, browser, writer)
    finally:
        await bus.close()
        await database.close()


async def _parked(bench: Bench) -> UUID:
    """Start a project that waits at a gate, so that only this benchmark writes to it."""
    async with Feed.connected(bench.url) as feed:
        project_id = await bench.client.create("one-gate", BRIEF)
        feed.follow(project_id)
        await feed.request(project_id)
    return UUID(project_id)


class Writer:
    """Writes events to a project's log, as activities do."""

    def __init__(self, store: Store, project_id: UUID, head: int) -> None:
        self.project_id = project_id
        self.head = head
        """The number of the newest event."""
        self._store = store

    async def write(self, count: int = 1) -> None:
        """Write that many events in one commit."""
        async with self._store.transaction(self.project_id) as tx:
            for _ in range(count):
                key = str(uuid4())
                status = AgentStatus.WORKING
                tx.record(AgentStatusChange(status=status), key=key, agent_type=BuiltInRole.CODER)
        self.head += count

    async def write_to(self, head: int) -> None:
        """Write until the log is that long, at a rate that a browser can follow."""
        while self.head < head:
            await self.write(min(BURST, head - self.head))
            await asyncio.sleep(0.002)


@asynccontextmanager
async def _opened(
    bench: Bench, browser: Browser, writer: Writer, tab: str = ""
) -> AsyncIterator[tuple[Page, CDPSession, list[int]]]:
    """Open the project's page in a new context. Yields a growing list of the bytes of each response, too."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    await sign_in(context, bench.url, authorization())
    await context.add_init_script(OBSERVER)
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    sent: list[int] = []
    session.on("Network.loadingFinished", lambda answer: sent.append(int(answer["encodedDataLength"])))
    await session.send("Network.enable")
    try:
        await page.goto(f"{bench.url}/projects/{writer.project_id}{tab}")
        await _until(page, "Number.isFinite(measured.usable ?? Infinity)")
        yield page, session, sent
    finally:
        await context.close()


async def _until(page: Page, condition: str) -> None:
    """Poll for a condition: the page's Content-Security-Policy forbids Playwright's own wait."""
    async with asyncio.timeout(SECONDS):
        while True:
            if await page.evaluate(condition):
                return
            await asyncio.sleep(0.02)


async def _load(bench: Bench, browser: Browser, writer: Writer) -> list[Row]:
    rows = []
    for what, tab in (("first load of a project", ""), ("first load of its log", LOG_TAB)):
        seconds, sizes = [], []
        for _ in range(bench.count(LOADS, 1)):
            async with _opened(bench, browser, writer, tab) as (page, _, sent):
                seconds.append(float(await page.evaluate("measured.usable")) / 1000)
                await page.wait_for_load_state("networkidle")
                sizes.append(sum(sent))
        size, time = max(sizes) / KILOBYTE, 1000 * p50(seconds)
        rows += [
            Row(f"{what} with {LOG} events: bytes sent", {"kB": size}, aim=Aim(size, 150, "kB")),
            Row(f"{what} with {LOG} events: until it is usable", {}, seconds, Aim(time, 500, "ms at p50")),
        ]
    return rows


async def _paint(bench: Bench, browser: Browser, writer: Writer) -> Row:
    async with _opened(bench, browser, writer, LOG_TAB) as (page, _, _):
        await asyncio.sleep(1)  # let the first load finish
        first = writer.head + 1
        for _ in range(bench.count(100, 5)):
            await writer.write()
            await asyncio.sleep(PAUSE_SECONDS)
        await _until(page, f"measured.painted[{writer.head}] !== undefined")
        painted: dict[str, float] = await page.evaluate("measured.painted")
    log = await bench.client.get(f"/projects/{writer.project_id}/events", since=first - 1, limit=200)
    lags = [painted[str(event["seq"])] / 1000 - moment(event) for event in log["items"]]
    return Row("commit to row painted in the browser", {}, lags, Aim(1000 * p50(lags), 100, "ms at p50"))


async def _keep(bench: Bench, browser: Browser, writer: Writer) -> list[Row]:
    few, many = bench.count(1_000, 100), bench.count(10_000, 400)
    async with _opened(bench, browser, writer, LOG_TAB) as (page, session, _):
        start = writer.head
        heaps = []
        for count in (few, many):
            await writer.write_to(start + count)
            await _until(page, f"document.querySelector('[data-seq=\"{writer.head}\"]') !== null")
            heaps.append(await _heap(session))
        rows = int(await page.evaluate("document.querySelectorAll('[data-seq]').length"))
    before, after = heaps
    grown = {"MiB before": before["JSHeapUsedSize"] / MIB, "MiB after": after["JSHeapUsedSize"] / MIB}
    ratio = after["JSHeapUsedSize"] / before["JSHeapUsedSize"]
    figure = f"memory of the tab after {many} events, against {few}"
    elements = {"elements before": before["Nodes"], "elements after": after["Nodes"], "rows": float(rows)}
    return [Row(figure, grown, aim=Aim(ratio, 1.2, "times")), Row(f"{figure}: contents", elements)]


async def _heap(session: CDPSession) -> dict[str, float]:
    """Return the tab's figures after a garbage collection."""
    await session.send("HeapProfiler.collectGarbage")
    await session.send("Performance.enable")
    answer: dict[str, Any] = await session.send("Performance.getMetrics")
    return {each["name"]: float(each["value"]) for each in answer["metrics"]}
