"""A project that is watched: what its model writes arrives at a socket meanwhile, and nothing else changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect

from cli.stack.embedded import Servers
from config.settings import Settings
from store.transaction import Store
from tests.api_client import get, start, wait_for_status
from tests.cli.terminal_under_test import botarmy, on_a_terminal
from tests.conftest import own_settings
from tests.crew.model.agents_under_test import KEY, MODEL
from tests.crew.model.test_model_delivery import PIPELINES
from tests.provider import Conversation, Provider, Script, Turn, configured
from tests.provider.scripts import call
from tests.signing_in import AUTHORIZATION
from tests.waiting import eventually

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("worker")]

BRIEF = "# Guest book\n\nGuests leave a word.\n"
CODE = 'def entry(name):\n    """Return an entry."""\n    return name\n' + "# a line\n" * 200
TEST = 'import unittest\n\n\nclass R1(unittest.TestCase):\n    def test_r1(self):\n        """R1"""\n'
TURNS = (
    Turn(calls=(call("list_files"),), seconds=1),
    Turn(
        text=f"My key is {KEY}. I write it now.",
        calls=(
            call("write_file", path="guests.py", content=CODE),
            call("write_file", path="tests/test_guests.py", content=TEST),
        ),
        pieces=40,
        pace=0.1,
    ),
    Turn(calls=(call("run_tests"),), seconds=1),
    Turn(calls=(call("finish", summary="Guests leave a word."),), seconds=1),
)
SCRIPT = Script(conversations={"build": Conversation(turns=TURNS)})


@pytest_asyncio.fixture(scope="module")
async def settings(servers: Servers) -> AsyncIterator[Settings]:
    async with own_settings(servers) as settings:
        yield settings.model_copy(update={"pipelines_dir": PIPELINES, "model_prices": {MODEL: (1.0, 2.0)}})


@pytest_asyncio.fixture(scope="module", autouse=True)
async def provider() -> AsyncIterator[Provider]:
    async with configured(SCRIPT, key=KEY) as provider:
        yield provider


@asynccontextmanager
async def nothing_begins(http: httpx2.AsyncClient) -> AsyncIterator[None]:
    """Let no step begin in the block. Only calls that begin while somebody watches are streamed."""
    stopped = (await http.post("/api/v1/stops/", json={"scope": "all", "reason": "Nobody watches yet."})).json()
    try:
        yield
    finally:
        url = f"/api/v1/stops/{stopped['stop_id']}/release"
        (await http.post(url, json={"reason": "Somebody watches."})).raise_for_status()


async def wait_until_watched(store: Store, project_id: str) -> None:
    async def is_watched() -> bool:
        return bool(await store.bus.redis.exists(store.bus.key("watched", UUID(project_id))))

    await eventually(is_watched)


async def watch(socket: ClientConnection, project_id: str) -> None:
    await socket.send(json.dumps({"action": "subscribe", "project_id": project_id, "live": True}))


async def frames_of(socket: ClientConnection, frames: list[dict[str, Any]]) -> None:
    async for message in socket:
        frame = json.loads(message)
        if frame["event_type"] == "live":
            frames.append(frame)


async def test_a_project_is_delivered_while_it_is_watched_as_it_would_be_otherwise(
    http: httpx2.AsyncClient, api_url: str, provider: Provider, store: Store
) -> None:
    provider.calls.clear()
    frames: list[dict[str, Any]] = []
    async with connect(
        api_url.replace("http", "ws") + "/ws", compression=None, proxy=None, additional_headers=AUTHORIZATION
    ) as socket:
        async with nothing_begins(http):
            project_id = await start(http, description=BRIEF, model=MODEL, pipeline="only-build")
            await watch(socket, project_id)
            await wait_until_watched(store, project_id)
        reading = asyncio.create_task(frames_of(socket, frames))
        await wait_for_status(http, project_id, "completed")

        async def all_ended() -> bool:
            return bool(frames) and frames[-1]["data"]["ended"]

        await eventually(all_ended)
        reading.cancel()
    assert provider.calls.total == len(TURNS), "nothing is paid twice"
    assert any(call.body.get("stream") for call in provider.calls)
    written: dict[str, str] = {}
    for frame in frames:
        data = frame["data"]
        so_far = written.get(data["call"], "")
        assert data["offset"] in (0, len(so_far))
        written[data["call"]] = data["text"] if data["offset"] == 0 else so_far + data["text"]
    second = next(text for text in written.values() if "My key" in text)
    assert second.startswith("My key is [key]. I write it now.\n\nwrite_file ")
    assert "def entry(name):\n    " in second
    assert KEY not in json.dumps(frames)
    assert {frame["data"]["stage"] for frame in frames} == {"build"}

    # The same project, which nobody watches.
    provider.calls.clear()
    other = await start(http, description=BRIEF, model=MODEL, pipeline="only-build")
    await wait_for_status(http, other, "completed")
    assert not any(call.body.get("stream") for call in provider.calls)
    usage = [await get(http, f"/projects/{each}/usage") for each in (project_id, other)]
    assert len({(each["total"]["cost_usd"], each["total"]["output_tokens"]) for each in usage}) == 1
    assert not [key async for key in store.bus.redis.scan_iter("*live-text*")], "nothing is left in Redis"


async def test_the_live_table_shows_the_last_line_and_json_has_no_live_frames(
    http: httpx2.AsyncClient, api_url: str, store: Store, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        async with nothing_begins(http):
            project_id = await start(http, description=BRIEF, model=MODEL, pipeline="only-build")
            terminal = await stack.enter_async_context(on_a_terminal(api_url, "watch", project_id, cwd=tmp_path))
            await wait_until_watched(store, project_id)
        await terminal.sees("# a")  # the end of what has arrived, which may be in the middle of a line
        assert KEY not in terminal.raw
        as_json = await botarmy(api_url, "watch", project_id, "--json", cwd=tmp_path)
    events = [json.loads(line)["event_type"] for line in as_json.out.splitlines()]
    assert "task_completed" in events
    assert "live" not in events
