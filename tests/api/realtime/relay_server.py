"""A relay on a free port in this process, over real servers, and projects whose logs the tests write."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.app import create_app
from api.realtime import Hub
from config.settings import Settings
from models.contracts.enums import ProjectStatus
from models.contracts.event_data import ErrorEvent
from models.contracts.names import BuiltInArtifact, BuiltInRole
from models.contracts.pipeline import Pipeline, Stage
from store import events, project_start, projects
from store.bus import Bus
from store.database import Database
from store.transaction import Store
from tests.serving import run_server
from tests.signing_in import AUTHORIZATION
from tests.waiting import PATIENCE_SECONDS, eventually

PIPELINE = Pipeline(
    name="relay", stages=(Stage(name="plan", agent=BuiltInRole.ANALYST, produces=(BuiltInArtifact.PROJECT_PLAN,)),)
)


class Feed:
    """A relay's address, and a store to write with."""

    def __init__(self, address: str, store: Store) -> None:
        self.address, self.store = address, store

    def connect(self, project_id: object = None, since: object = None, **options: Any) -> connect:
        query = "&".join(
            f"{name}={value}" for name, value in (("project_id", project_id), ("since", since)) if value is not None
        )
        options = {"additional_headers": AUTHORIZATION} | options
        return connect(f"ws://{self.address}/ws?{query}", compression=None, proxy=None, **options)

    async def project(self, events: int = 0, status: ProjectStatus | None = None) -> UUID:
        """Create a project with this number of events besides those of its creation."""
        project_id = uuid4()
        async with self.store.transaction(project_id) as tx:
            await project_start.create(tx, project_start.NewProject(project_id, "relay", "# Brief", PIPELINE))
            if status is not None:
                await projects.set_status(tx, status, "for a test", None)
        if events:
            await self.record(project_id, events)
        return project_id

    async def paused_project(self, events: int = 0) -> UUID:
        """Create a paused project, which no worker starts, so that workers do not write into its log."""
        return await self.project(events, ProjectStatus.PAUSED)

    async def record(self, project_id: UUID, events: int = 1, text: str = "") -> int:
        """Write events in one transaction. Return the log's head."""
        async with self.store.transaction(project_id) as tx:
            for _ in range(events):
                tx.record(ErrorEvent(message=text), key=str(uuid4()))
        return await self.head(project_id)

    async def head(self, project_id: UUID) -> int:
        async with self.store.reading() as connection:
            return (await events.heads(connection, [project_id]))[project_id]


class Relay(Feed):
    """A relay in this process, with its hub."""

    def __init__(self, address: str, hub: Hub, store: Store, server: uvicorn.Server) -> None:
        super().__init__(address, store)
        self.hub, self.server = hub, server

    async def subscribers(self, channel: str, expected: int) -> None:
        """Wait until Redis has this number of subscribers of a channel."""

        async def check() -> bool:
            return await self.store.bus.redis.pubsub_numsub(channel) == [(channel.encode(), expected)]

        await eventually(check)


@asynccontextmanager
async def relay(settings: Settings, writer: Settings | None = None) -> AsyncIterator[Relay]:
    """Serve the API, with a store that has the settings of `writer`: with other channels, its messages are lost."""
    database, bus = Database(settings), Bus(writer or settings)
    app = create_app(settings)
    async with run_server(app, settings) as (address, server):
        try:
            yield Relay(address, app.state.hub, Store(database, bus), server)
        finally:
            await bus.close()
            await database.close()


Frame = dict[str, Any]


async def receive(client: ClientConnection, within: float = PATIENCE_SECONDS) -> Frame:
    frame: Frame = json.loads(await asyncio.wait_for(client.recv(), within))
    assert set(frame) == {"event_type", "seq", "project_id", "task_id", "agent_type", "data", "timestamp"}
    return frame


async def until(
    client: ClientConnection, wanted: Callable[[Frame], bool], within: float = PATIENCE_SECONDS
) -> list[Frame]:
    """Return every frame up to the wanted one."""
    frames: list[Frame] = []
    async with asyncio.timeout(within):
        while not frames or not wanted(frames[-1]):
            frames.append(await receive(client, within))
    return frames


async def numbers(client: ClientConnection, head: int, within: float = PATIENCE_SECONDS) -> list[int]:
    """Return the numbers that arrive, up to a given one."""
    frames = await until(client, lambda frame: frame["seq"] == head, within)
    return [frame["seq"] for frame in frames if frame["seq"] is not None]


async def read_until_closed(client: ClientConnection, within: float = PATIENCE_SECONDS) -> list[int]:
    """Return the numbers that arrive until the server closes the socket."""
    seen: list[int] = []
    async with asyncio.timeout(within):
        with suppress(ConnectionClosed):
            while True:
                if (seq := json.loads(await client.recv())["seq"]) is not None:
                    seen.append(seq)
    return seen


async def close_code(client: ClientConnection) -> int | None:
    """Return the code that the server closes with."""
    await read_until_closed(client)
    return client.close_code


async def condition(met: Callable[[], bool], within: float = PATIENCE_SECONDS) -> None:
    async with asyncio.timeout(within):
        while not met():
            await asyncio.sleep(0.01)
