"""Watching all projects: told of each that changes, at once and not too often, and of all that Redis loses."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from relay_under_test import Frame, Relay, close_code, condition, numbers, receive, relay, until
from websockets.asyncio.client import ClientConnection

from api.realtime.pace import Pace
from cli.stack.embedded import Servers
from models.contracts.events import Event
from models.contracts.words import ArtifactType, EventType, ProjectStatus
from models.settings import Settings
from store import artifacts, projects


@pytest_asyncio.fixture(scope="module")
async def unheard(settings: Settings) -> AsyncIterator[Relay]:
    """A relay whose writer publishes elsewhere: as if Redis lost everything."""
    writer = settings.model_copy(update={"channel_prefix": f"{settings.channel_prefix}-lost"})
    async with relay(settings, writer) as running:
        yield running


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay compares with PostgreSQL all the time."""
    monkeypatch.setattr("api.realtime.lookout.TICK_SECONDS", 0.02)
    monkeypatch.setattr("api.realtime.lookout.COMPARE_SECONDS", 0)


async def send(socket: ClientConnection, action: str, **fields: object) -> None:
    await socket.send(json.dumps({"action": action, **fields}))


async def watch(socket: ClientConnection) -> None:
    await send(socket, "watch")
    frame = await receive(socket)
    assert (frame["event_type"], frame["seq"], frame["project_id"], frame["data"]) == ("watching", None, None, {})


async def told(socket: ClientConnection, project_id: UUID, head: int) -> list[Frame]:
    """What is told of a project, up to a number; nothing but `project_changed` comes."""
    frames = await until(
        socket, lambda frame: (frame["project_id"], frame["data"]) == (str(project_id), {"head": head})
    )
    assert {(frame["event_type"], frame["seq"]) for frame in frames} == {("project_changed", None)}
    return [frame for frame in frames if frame["project_id"] == str(project_id)]


async def silent(socket: ClientConnection) -> None:
    """Nothing has been told that is not read yet."""
    await send(socket, "ping")
    assert (await receive(socket))["event_type"] == "pong"


async def end(running: Relay, project_id: UUID) -> int:
    async with running.store.transaction(project_id) as tx:
        await projects.set_status(tx, ProjectStatus.COMPLETED, "end", None)
    return await running.head(project_id)


async def test_new_projects_and_every_change_are_told(running: Relay) -> None:
    async with running.connect() as socket:
        await watch(socket)
        one = await running.project()
        await told(socket, one, await running.head(one))
        other = await running.project()
        await told(socket, other, await running.head(other))
        for project_id in (one, other, one):
            await told(socket, project_id, await running.record(project_id))
        await told(socket, one, await end(running, one))
        await silent(socket)


async def test_what_was_there_before_is_not_told(running: Relay) -> None:
    project_id = await running.project(events=3)
    async with running.connect() as socket:
        await watch(socket)
        await silent(socket)
        await told(socket, project_id, await running.record(project_id))


async def test_a_busy_project_is_told_at_once_and_then_now_and_then(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as socket:
        await watch(socket)
        first = await running.record(project_id)
        for _ in range(100):
            head = await running.record(project_id)
        frames = await told(socket, project_id, head)
        assert frames[0]["data"]["head"] == first
        heads = [frame["data"]["head"] for frame in frames]
        assert heads == sorted(set(heads))
        moments = [datetime.fromisoformat(frame["timestamp"]) for frame in frames]
        between = [later - earlier for earlier, later in pairwise(moments)]
        assert all(timedelta(seconds=0.19) <= one for one in between)
        await silent(socket)


async def test_projects_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.pace.SECONDS", 0.5)
    heard: list[tuple[UUID, int]] = []
    pace = Pace(lambda project_id, head: heard.append((project_id, head)))
    one, other = uuid4(), uuid4()
    for project_id, head in ((one, 1), (one, 2), (other, 7), (one, 3)):
        pace.offer(project_id, head)
    assert heard == [(one, 1), (other, 7)]
    await condition(lambda: len(heard) == 3)
    assert heard[2] == (one, 3)
    pace.offer(one, 4)
    assert len(heard) == 3
    await condition(lambda: not pace._resting)
    assert heard[3:] == [(one, 4)]


async def test_progress_is_not_told(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as socket:
        await watch(socket)
        progress = Event(
            event_type=EventType.TASK_PROGRESS, seq=None, project_id=project_id, data={}, timestamp=datetime.now(UTC)
        )
        running.store.bus.publish([progress])
        head = await running.record(project_id)
        assert len(await told(socket, project_id, head)) == 1


async def test_who_unwatches_is_told_nothing_more(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as socket, running.connect() as witness:
        await watch(socket)
        await watch(witness)
        await send(socket, "unwatch")
        await silent(socket)
        await told(witness, project_id, await running.record(project_id))
        await silent(socket)
        await watch(socket)
        await condition(lambda: not running.hub.lookout._pace._resting)
        await told(socket, project_id, await running.record(project_id))


async def test_what_makes_no_sense_gets_an_error_frame_and_the_socket_lives(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as socket:
        await send(socket, "unwatch")
        assert (await receive(socket))["data"]["code"] == "not_watching"
        await watch(socket)
        await send(socket, "watch")
        error = await receive(socket)
        assert (error["event_type"], error["project_id"], error["data"]["code"]) == ("error", None, "already_watching")
        await told(socket, project_id, await running.record(project_id))


async def test_every_socket_that_watches_is_told(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as one, running.connect() as other:
        await asyncio.gather(watch(one), watch(other))
        head = await running.record(project_id)
        assert await told(one, project_id, head) == await told(other, project_id, head)
        await one.close()
        await condition(lambda: len(running.hub.sockets) == 1)
        await told(other, project_id, await running.record(project_id))


async def test_a_socket_may_watch_and_follow(running: Relay) -> None:
    followed, other = await running.project(), await running.project()
    start = await running.head(followed)
    async with running.connect(followed) as socket:
        assert (await receive(socket))["event_type"] == "connection_ready"
        await watch(socket)
        head = await running.record(followed, 3)
        frames = [await receive(socket) for _ in range(4)]
        assert [frame["seq"] for frame in frames if frame["seq"]] == [start + 1, start + 2, head]
        (changed,) = (frame for frame in frames if frame["event_type"] == "project_changed")
        assert (changed["project_id"], changed["data"]) == (str(followed), {"head": head})
        await told(socket, other, await running.record(other))
        await send(socket, "unwatch")
        await silent(socket)
        head = await running.record(followed)
        assert (await receive(socket))["seq"] == head


async def test_who_only_follows_pays_nothing_for_who_watches(running: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.hub.COMPARE_SECONDS", 1000)
    monkeypatch.setattr(running.hub.logbook, "_read_page", None)  # no read of the log: all is heard
    project_id, other = await running.project(), await running.project()
    async with running.connect(project_id) as follower, running.connect(max_queue=1, close_timeout=0.01) as stalled:
        head = (await receive(follower))["data"]["head"]
        await watch(stalled)
        for number in range(1, 101):
            await running.record(other)
            await running.record(project_id)
            frame = await receive(follower)
            assert (frame["seq"], frame["project_id"]) == (head + number, str(project_id))


async def test_nothing_is_heard_or_kept_while_no_one_watches(running: Relay) -> None:
    channel, redis = running.store.bus.projects_channel, running.store.bus.redis

    async def subscribers(expected: int) -> None:
        async with asyncio.timeout(5):
            while await redis.pubsub_numsub(channel) != [(channel.encode(), expected)]:
                await asyncio.sleep(0.01)

    project_id = await running.project()
    async with running.connect() as one, running.connect() as other:
        await watch(one)
        await watch(other)
        await subscribers(1)
        await send(one, "unwatch")
        await told(other, project_id, await running.record(project_id))
    await condition(lambda: not running.hub.sockets)
    await subscribers(0)
    assert not running.hub.lookout._heads


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
        monkeypatch.setattr("api.realtime.lookout.COMPARE_SECONDS", 1000)
        await silent(socket)
        project_id = await unheard.project()
        head = await end(unheard, project_id)
        monkeypatch.setattr("api.realtime.lookout.COMPARE_SECONDS", 0)
        await told(socket, project_id, head)


@pytest.mark.usefixtures("often")
async def test_a_project_that_has_ended_is_forgotten(unheard: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.lookout.MARGIN", timedelta(0))
    heads = unheard.hub.lookout._heads
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


async def test_a_reader_for_whom_too_many_projects_wait_is_closed_with_4008(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.realtime.watching.MAX_WAITING", 250)
    bus = running.store.bus
    async with running.connect() as witness:
        await watch(witness)
        async with running.connect(max_queue=1, close_timeout=0.01) as stalled:
            await watch(stalled)
            stalled.transport.pause_reading()
            sockets = running.hub.sockets
            while all(socket._close is None for socket in sockets):
                heads = {str(uuid4()): 1 for _ in range(200)}
                await bus.redis.publish(bus.projects_channel, json.dumps(heads))
                for _ in heads:
                    await witness.recv()
            stalled.transport.resume_reading()
            assert await close_code(stalled) == 4008


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
    listener = running.hub._listener
    async with running.connect() as socket, running.connect() as late:
        await watch(socket)
        os.kill(servers.pids["redis"], signal.SIGSTOP)
        try:
            await all_told(socket, await written(running, project_id, lambda: listener.doubtful))
            await watch(late)
            head = await running.record(project_id)
            await asyncio.gather(*(all_told(one, {str(project_id): head}) for one in (socket, late)))
        finally:
            os.kill(servers.pids["redis"], signal.SIGCONT)
        heads = await written(running, project_id, lambda: not listener.doubtful)
        await asyncio.gather(*(all_told(one, heads) for one in (socket, late)))


async def test_a_restarted_redis_leaves_nothing_untold(running: Relay, servers: Servers) -> None:
    project_id = await running.project()
    async with running.connect() as socket:
        await watch(socket)
        killed = servers.pids["redis"]
        os.kill(killed, signal.SIGKILL)
        heads = await written(running, project_id, lambda: servers.pids.get("redis", killed) != killed)
        heads |= await written(running, project_id, lambda: not running.hub._listener.doubtful)
        heads[str(project_id)] = await running.record(project_id)
        await all_told(socket, heads)


async def test_without_the_database_watching_begins_when_it_is_back(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = await running.project()
    read: Callable[..., Awaitable[object]] = running.hub.logbook.heads_under_way
    away = True

    async def failing(*arguments: object) -> object:
        if away:
            raise ConnectionRefusedError
        return await read(*arguments)

    monkeypatch.setattr(running.hub.logbook, "heads_under_way", failing)
    async with running.connect() as socket:
        await send(socket, "watch")
        error = await receive(socket)
        assert (error["event_type"], error["data"]["code"]) == ("error", "log_unavailable")
        away = False
        assert (await receive(socket))["event_type"] == "watching"
        await told(socket, project_id, await running.record(project_id))


async def test_subscribing_and_watching_at_once_misses_no_number(running: Relay) -> None:
    project_id = await running.project(events=20)
    async with running.connect() as socket:
        await send(socket, "watch")
        await send(socket, "subscribe", project_id=str(project_id), since=0)
        head = await running.record(project_id, 10)
        assert await numbers(socket, head) == list(range(1, head + 1))
