"""Watching all projects, whatever Redis and the database lose: told of each that changed all the same."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from relay_under_test import Relay, condition, receive, relay, until
from watching_under_test import end, send, silent, told, watch
from websockets.asyncio.client import ClientConnection

from cli.stack.embedded import Servers
from config.settings import Settings
from models.contracts.enums import ArtifactType
from store import artifacts


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay compares with PostgreSQL all the time."""
    monkeypatch.setattr("api.realtime.change_feed.TICK_SECONDS", 0.02)
    monkeypatch.setattr("api.realtime.change_feed.COMPARE_SECONDS", 0)


async def test_garbage_on_the_channel_harms_no_one(running: Relay, often: None) -> None:
    project_id = await running.project()
    bus = running.store.bus
    async with running.connect() as socket:
        await watch(socket)
        for message in (
            b"\xff",
            b"[]",
            b"1",
            b'{"x": 1}',
            b'{"%s": 0}',
            b'{"%s": "1"}',
            b'{"%s": true}',
            b'{"%s": 1e9}',
        ):
            await bus.redis.publish(bus.projects_channel, message.replace(b"%s", str(project_id).encode()))
        await bus.redis.publish(bus.projects_channel, json.dumps({str(project_id): 10**9, str(uuid4()): 5}))
        await until(socket, lambda frame: frame["data"] == {"head": 10**9})
        head = await running.head(project_id)
        await until(socket, lambda frame: (frame["project_id"], frame["data"]) == (str(project_id), {"head": head}))
        await told(socket, project_id, await running.record(project_id))


@pytest.mark.usefixtures("often")
async def test_what_redis_loses_is_found_by_comparing(unheard: Relay) -> None:
    old, ended = await unheard.project(), await unheard.project()
    await end(unheard, ended)
    async with unheard.connect() as socket:
        await watch(socket)
        await told(socket, old, await unheard.record(old))
        new = await unheard.project()
        await told(socket, new, await unheard.head(new))
        await told(socket, old, await end(unheard, old))
        brief = await unheard.project()
        await told(socket, brief, await end(unheard, brief))
        async with unheard.store.transaction(ended) as tx:
            version = artifacts.NewVersion(ArtifactType.AGENT_OUTPUT, b"x", "text/plain", "human", uuid4(), "late")
            await artifacts.add(tx, [version])
        await told(socket, ended, await unheard.head(ended))


@pytest.mark.usefixtures("often")
async def test_a_project_that_lives_between_two_comparisons_is_told(
    unheard: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with unheard.connect() as socket:
        await watch(socket)
        monkeypatch.setattr("api.realtime.change_feed.COMPARE_SECONDS", 1000)
        await silent(socket)
        project_id = await unheard.project()
        head = await end(unheard, project_id)
        monkeypatch.setattr("api.realtime.change_feed.COMPARE_SECONDS", 0)
        await told(socket, project_id, head)


@pytest.mark.usefixtures("often")
async def test_a_project_that_has_ended_is_forgotten(unheard: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.change_feed.MARGIN", timedelta(0))
    heads = unheard.hub.change_feed._heads
    async with unheard.connect() as socket:
        await watch(socket)
        project_id = await unheard.project()
        await told(socket, project_id, await unheard.head(project_id))
        assert project_id in heads
        await told(socket, project_id, await end(unheard, project_id))
        await condition(lambda: project_id not in heads)


@pytest.mark.usefixtures("often")
async def test_many_changes_at_once_are_told_at_the_readers_pace(settings: Settings) -> None:
    writer = settings.model_copy(update={"channel_prefix": f"{settings.channel_prefix}-lost"})
    async with relay(settings.model_copy(update={"websocket_queue": 20}), writer) as running:
        made = [await running.project() for _ in range(200)]
        async with running.connect() as socket, running.store.database.engine.begin() as connection:
            await watch(socket)
            await connection.exec_driver_sql("UPDATE project SET last_seq = last_seq + 1000")
            await connection.commit()
            wanted = {str(one) for one in made}
            async with asyncio.timeout(20):
                while wanted:
                    frame = await receive(socket)
                    assert frame["event_type"] == "project_changed"
                    wanted.discard(frame["project_id"])


async def written(running: Relay, project_id: UUID, until: Callable[[], bool]) -> dict[str, int]:
    """Change a project, and begin and end others, until a condition is met; gives the heads."""
    heads: dict[str, int] = {}
    async with asyncio.timeout(30):
        while not until():
            made = await running.project()
            heads[str(made)] = await end(running, made)
            heads[str(project_id)] = await running.record(project_id)
            await asyncio.sleep(0.01)
    return heads


async def all_told(socket: ClientConnection, heads: dict[str, int]) -> None:
    told: dict[str, int] = {}
    async with asyncio.timeout(30):
        while any(told.get(project_id) != head for project_id, head in heads.items()):
            frame = await receive(socket, 30)
            assert frame["event_type"] == "project_changed"
            told[frame["project_id"]] = frame["data"]["head"]


async def test_a_paused_redis_leaves_nothing_untold(running: Relay, servers: Servers) -> None:
    project_id = await running.project()
    subscriber = running.hub._subscriber
    async with running.connect() as socket, running.connect() as late:
        await watch(socket)
        os.kill(servers.pids["redis"], signal.SIGSTOP)
        try:
            await all_told(socket, await written(running, project_id, lambda: subscriber.stale))
            await watch(late)
            head = await running.record(project_id)
            await asyncio.gather(*(all_told(one, {str(project_id): head}) for one in (socket, late)))
        finally:
            os.kill(servers.pids["redis"], signal.SIGCONT)
        heads = await written(running, project_id, lambda: not subscriber.stale)
        await asyncio.gather(*(all_told(one, heads) for one in (socket, late)))


async def test_a_restarted_redis_leaves_nothing_untold(running: Relay, servers: Servers) -> None:
    project_id = await running.project()
    async with running.connect() as socket:
        await watch(socket)
        killed = servers.pids["redis"]
        os.kill(killed, signal.SIGKILL)
        heads = await written(running, project_id, lambda: servers.pids.get("redis", killed) != killed)
        heads |= await written(running, project_id, lambda: not running.hub._subscriber.stale)
        heads[str(project_id)] = await running.record(project_id)
        await all_told(socket, heads)


async def test_without_the_database_watching_begins_when_it_is_back(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = await running.project()
    read: Callable[..., Awaitable[object]] = running.hub.log_reader.heads_under_way
    away = True

    async def failing(*arguments: object) -> object:
        if away:
            raise ConnectionRefusedError
        return await read(*arguments)

    monkeypatch.setattr(running.hub.log_reader, "heads_under_way", failing)
    async with running.connect() as socket:
        await send(socket, "watch")
        error = await receive(socket)
        assert (error["event_type"], error["data"]["code"]) == ("error", "log_unavailable")
        away = False
        assert (await receive(socket))["event_type"] == "watching"
        await told(socket, project_id, await running.record(project_id))
