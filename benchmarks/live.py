"""Measures live text: from the moment at which a provider sends a chunk to its frame and to its paint, and the CPU time
of a streamed call beside a plain one."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest import mock

import orjson
from playwright.async_api import Page

from benchmarks.browser import browser_path, launched, sign_in
from benchmarks.feed import Feed, Socket
from benchmarks.processes import cost, cpu_seconds, used_since
from benchmarks.scripted_provider import MODEL, Json, ScriptedProvider, provider_of
from benchmarks.signing_in import authorization
from benchmarks.stack import Bench, running
from benchmarks.table import Aim, Row
from benchmarks.timing import p50

OBSERVER = Path(__file__).with_suffix(".js").read_text()
NOW = "%the-time-now%, "
"""What the provider replaces by the time at which it sends the chunk, a chunk each."""

CHUNKS = 200
PACE_SECONDS = 0.04
FIRST_SECONDS = 3.0
"""How long the first call takes, which is running before anybody watches."""

_TIME = re.compile(rb"\d{10}\.\d{3}")


async def measure(bench: Bench) -> list[Row]:
    folder = bench.folder / "live"
    await asyncio.to_thread(folder.mkdir)
    calls, chunks = bench.count(3, 1), bench.count(CHUNKS, 20)
    async with provider_of(folder, *_scripts(calls, chunks)) as provider:
        environment = {**provider.environment, "BOTARMY_MODEL_PRICES": f"{MODEL}=1/2"}
        with mock.patch.dict(os.environ, environment):
            async with running(folder / "stack", quick=bench.quick) as own:
                return await _measure(own, provider, calls, chunks)


async def _measure(bench: Bench, provider: ScriptedProvider, calls: int, chunks: int) -> list[Row]:
    await _ended(bench, await _start(bench, "Plain"))  # the first step imports what asks models
    spent = dict[str, dict[str, float]]()
    for kind in ("Plain", "Watched"):
        project_id = await _start(bench, kind)
        async with _watching(bench, project_id if kind == "Watched" else None):
            used = cpu_seconds(bench.pids)
            await _ended(bench, project_id)
            spent[kind] = used_since(used, bench.pids)
    async with _page(bench.url) as page:
        project_id = await _start(bench, "Watched")
        async with _watching(bench, project_id) as arrived:
            if page is not None:
                await page.goto(f"{bench.url}/projects/{project_id}#stage=build")
            await _ended(bench, project_id)
        shown: dict[str, float] = await page.evaluate("shown") if page else {}
    frames = [at - float(time) for time, at in arrived.items()]
    rows = [Row("chunk of a response to its frame", {"chunks": len(frames)}, frames)]
    if not shown:
        why = "no browser found" if page is None else "it was open too late"
        rows.append(Row(f"chunk of a response painted in the page: {why}"))
    else:
        paints = [at - float(time) for time, at in shown.items()]
        aim = Aim(1000 * p50(paints), 150, "ms at p50", less_than=True)
        rows.append(Row("chunk of a response painted in the page", {"chunks": len(paints)}, paints, aim))
    figure = f"CPU a call of {chunks * PACE_SECONDS:g} s"
    rows.append(cost(f"{figure}, plain", spent["Plain"], calls))
    rows.append(cost(f"{figure}, streamed in {chunks} chunks to one socket", spent["Watched"], calls))
    return rows


def _scripts(calls: int, chunks: int) -> Iterator[Json]:
    """Yield two scripts with the same calls and times: one for responses that come at once, one for streams."""
    last = {"calls": [{"name": "impossible", "arguments": {"reason": "It is only a benchmark."}}]}
    seconds = chunks * PACE_SECONDS
    for kind, paced in (("Plain", {"seconds": seconds}), ("Watched", {"pieces": chunks, "pace": PACE_SECONDS})):
        first = {"calls": [{"name": "list_files"}], "seconds": FIRST_SECONDS}
        turn = {"text": NOW * chunks, "calls": [{"name": "list_files"}], **paced}
        yield {"when": kind, "conversations": {"build": [first, *([turn] * calls), last]}}


async def _start(bench: Bench, kind: str) -> str:
    body = {"name": kind, "description": f"# {kind}\n\nIt is measured.\n", "pipeline": "only-build", "model": MODEL}
    return str((await bench.client.post("/projects/", body))["id"])


async def _ended(bench: Bench, project_id: str) -> None:
    """Wait until the crew asks a person, as its script says, and end the project."""
    async with Feed.connected(bench.url) as feed:
        feed.follow(project_id)
        await feed.request(project_id)
    await bench.client.post(f"/projects/{project_id}/cancel", {})


@asynccontextmanager
async def _watching(bench: Bench, project_id: str | None) -> AsyncIterator[dict[str, float]]:
    """Watch a project. Yields when each time that the provider wrote has arrived; both in seconds since 1970."""
    arrived: dict[str, float] = {}

    def on_frame(received: float, text: bytes) -> None:
        if orjson.loads(text)["event_type"] == "live":
            for time in _TIME.findall(text):
                arrived.setdefault(time.decode(), received)

    socket = await Socket.connect(f"{bench.url}/ws", on_frame)
    if project_id is not None:
        socket.send({"action": "subscribe", "project_id": project_id, "live": True})
    try:
        yield arrived
    finally:
        socket.close()


@asynccontextmanager
async def _page(url: str) -> AsyncIterator[Page | None]:
    """Open an empty page in a browser, if there is one: that takes longer than the first call."""
    if browser_path() is None:
        yield None
        return
    async with launched() as browser:
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        await sign_in(context, url, authorization())
        page = await context.new_page()
        await page.add_init_script(OBSERVER)
        yield page
