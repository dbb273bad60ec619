"""Watching all projects while Redis or PostgreSQL fails: every change is still reported."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from websockets.asyncio.client import ClientConnection

from cli.stack.embedded import Servers
from config.settings import Settings
from models.contracts.names import BuiltInArtifact
from store import artifacts
from tests.api.realtime.relay_server import Relay, condition, receive, relay, until
from tests.api.realtime.watching_client import assert_no_frames, complete, receive_changes, send, watch


@pytest.fixture
def frequent_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the relay compare with PostgreSQL continuously."""
    monkeypatch.setattr("api.realtime.change_feed.TICK_SECONDS", 0.02)
    monkeypatch.setattr("api.realtime.change_feed.COMPARE_SECONDS", 0)


async def test_invalid_messages_on_the_channel_are_ignored(running: Relay, frequent_comparisons: None) -> None:
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
        await receive_changes(socket, project_id, await running.record(project_id))


@pytest.mark.usefixtures("frequent_comparisons")
async def test_changes_that_redis_loses_are_found_by_comparing(lossy: Relay) -> None:
    old, ended = await lossy.project(), await lossy.project()
    await complete(lossy, ended)
    async with lossy.connect() as socket:
        await watch(socket)
        await receive_changes(socket, old, await lossy.record(old))
        new = await lossy.project()
        await receive_changes(socket, new, await lossy.head(new))
        await receive_changes(socket, old, await complete(lossy, old))
        brief = await lossy.project()
        await receive_changes(socket, brief, await complete(lossy, brief))
        async with lossy.store.transaction(ended) as tx:
            version = artifacts.NewVersion(BuiltInArtifact.AGENT_OUTPUT, b"x", "text/plain", "human", uuid4(), "late")
            await artifacts.add(tx, [version])
        await receive_changes(socket, ended, await lossy.head(ended))


@pytest.mark.usefixtures("frequent_comparisons")
async def test_a_project_that_starts_and_ends_between_two_comparisons_is_reported(
    lossy: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with lossy.connect() as socket:
        await watch(socket)
        monkeypatch.setattr("api.realtime.change_feed.COMPARE_SECONDS", 1000)
        await assert_no_frames(socket)
        project_id = await lossy.project()
        head = await complete(lossy, project_id)
        monkeypatch.setattr("api.realtime.change_feed.COMPARE_SECONDS", 0)
        await receive_changes(socket, project_id, head)


@pytest.mark.usefixtures("frequent_comparisons")
async def test_a_project_that_has_ended_is_no_longer_tracked(lossy: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.change_feed.CLOCK_SKEW", timedelta(0))
    feed = lossy.hub.change_feed
    async with lossy.connect() as socket:
        await watch(socket)
        project_id = await lossy.project()
        await receive_changes(socket, project_id, await lossy.head(project_id))
        assert project_id in feed.tracked_projects
        await receive_changes(socket, project_id, await complete(lossy, project_id))
        await condition(lambda: project_id not in feed.tracked_projects)


@pytest.mark.usefixtures("frequent_comparisons")
async def test_many_changes_at_once_are_sent_no_faster_than_the_client_reads(settings: Settings) -> None:
    writer = settings.model_copy(update={"channel_prefix": f"{settings.channel_prefix}-lost"})
    async with relay(settings.model_copy(update={"websocket_queue": 20}), writer) as running:
        project_ids = [await running.project() for _ in range(200)]
        async with running.connect() as socket, running.store.database.engine.begin() as connection:
            await watch(socket)
            await connection.exec_driver_sql("UPDATE project SET last_seq = last_seq + 1000")
            await connection.commit()
            wanted = {str(project_id) for project_id in project_ids}
            async with asyncio.timeout(20):
                while wanted:
                    frame = await receive(socket)
                    assert frame["event_type"] == "project_changed"
                    wanted.discard(frame["project_id"])


async def write_until(running: Relay, project_id: UUID, is_done: Callable[[], bool]) -> dict[str, int]:
    """Change one project, and create and complete others, until a condition is met. Return the heads."""
    heads: dict[str, int] = {}
    async with asyncio.timeout(30):
        while not is_done():
            other = await running.project()
            heads[str(other)] = await complete(running, other)
            heads[str(project_id)] = await running.record(project_id)
            await asyncio.sleep(0.01)
    return heads


async def receive_heads(socket: ClientConnection, heads: dict[str, int]) -> None:
    received: dict[str, int] = {}
    async with asyncio.timeout(30):
        while any(received.get(project_id) != head for project_id, head in heads.items()):
            frame = await receive(socket, 30)
            assert frame["event_type"] == "project_changed"
            received[frame["project_id"]] = frame["data"]["head"]


async def test_a_paused_redis_loses_no_change(running: Relay, servers: Servers) -> None:
    project_id = await running.project()
    async with running.connect() as socket, running.connect() as late:
        await watch(socket)
        os.kill(servers.pids["redis"], signal.SIGSTOP)
        try:
            await receive_heads(socket, await write_until(running, project_id, lambda: running.hub.is_redis_stale))
            await watch(late)
            head = await running.record(project_id)
            await asyncio.gather(*(receive_heads(client, {str(project_id): head}) for client in (socket, late)))
        finally:
            os.kill(servers.pids["redis"], signal.SIGCONT)
        heads = await write_until(running, project_id, lambda: not running.hub.is_redis_stale)
        await asyncio.gather(*(receive_heads(client, heads) for client in (socket, late)))


async def test_a_restarted_redis_loses_no_change(running: Relay, servers: Servers) -> None:
    project_id = await running.project()
    async with running.connect() as socket:
        await watch(socket)
        killed = servers.pids["redis"]
        os.kill(killed, signal.SIGKILL)
        heads = await write_until(running, project_id, lambda: servers.pids.get("redis", killed) != killed)
        heads |= await write_until(running, project_id, lambda: not running.hub.is_redis_stale)
        heads[str(project_id)] = await running.record(project_id)
        await receive_heads(socket, heads)


async def test_watching_starts_when_the_database_is_back(running: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    project_id = await running.project()
    read: Callable[..., Awaitable[object]] = running.hub.log_reader.heads_of_open_projects
    is_unavailable = True

    async def failing(*arguments: object) -> object:
        if is_unavailable:
            raise ConnectionRefusedError
        return await read(*arguments)

    monkeypatch.setattr(running.hub.log_reader, "heads_of_open_projects", failing)
    async with running.connect() as socket:
        await send(socket, "watch")
        error = await receive(socket)
        assert (error["event_type"], error["data"]["code"]) == ("error", "log_unavailable")
        is_unavailable = False
        assert (await receive(socket))["event_type"] == "watching"
        await receive_changes(socket, project_id, await running.record(project_id))
