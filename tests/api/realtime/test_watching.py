"""Watching all projects: notified of each change at once, and not too often."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from api.realtime.throttle import Throttle
from models.contracts.enums import EventType
from models.contracts.events import Event
from tests.api.realtime.relay_server import Relay, close_code, condition, numbers, receive
from tests.api.realtime.watching_client import assert_no_frames, complete, receive_changes, send, watch


async def test_new_projects_and_every_change_are_reported(running: Relay) -> None:
    async with running.connect() as socket:
        await watch(socket)
        one = await running.project()
        await receive_changes(socket, one, await running.head(one))
        other = await running.project()
        await receive_changes(socket, other, await running.head(other))
        for project_id in (one, other, one):
            await receive_changes(socket, project_id, await running.record(project_id))
        await receive_changes(socket, one, await complete(running, one))
        await assert_no_frames(socket)


async def test_projects_from_before_are_not_reported(running: Relay) -> None:
    project_id = await running.project(events=3)
    async with running.connect() as socket:
        await watch(socket)
        await assert_no_frames(socket)
        await receive_changes(socket, project_id, await running.record(project_id))


async def test_a_busy_project_is_reported_at_once_and_then_throttled(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as socket:
        await watch(socket)
        first = await running.record(project_id)
        for _ in range(100):
            head = await running.record(project_id)
        frames = await receive_changes(socket, project_id, head)
        assert frames[0]["data"]["head"] == first
        heads = [frame["data"]["head"] for frame in frames]
        assert heads == sorted(set(heads))
        timestamps = [datetime.fromisoformat(frame["timestamp"]) for frame in frames]
        intervals = [later - earlier for earlier, later in pairwise(timestamps)]
        assert all(timedelta(seconds=0.19) <= interval for interval in intervals)
        await assert_no_frames(socket)


async def test_projects_are_throttled_separately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.throttle.SECONDS", 0.5)
    emitted: list[tuple[UUID, int]] = []
    throttle = Throttle(lambda project_id, head: emitted.append((project_id, head)))
    one, other = uuid4(), uuid4()
    for project_id, head in ((one, 1), (one, 2), (other, 7), (one, 3)):
        throttle.push(project_id, head)
    assert emitted == [(one, 1), (other, 7)]
    await condition(lambda: len(emitted) == 3)
    assert emitted[2] == (one, 3)
    throttle.push(one, 4)
    assert len(emitted) == 3
    await condition(lambda: throttle.is_idle)
    assert emitted[3:] == [(one, 4)]


async def test_progress_is_not_reported(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as socket:
        await watch(socket)
        progress = Event(
            event_type=EventType.TASK_PROGRESS, seq=None, project_id=project_id, data={}, timestamp=datetime.now(UTC)
        )
        running.store.bus.publish([progress])
        head = await running.record(project_id)
        assert len(await receive_changes(socket, project_id, head)) == 1


async def test_nothing_is_reported_after_unwatch(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as socket, running.connect() as witness:
        await watch(socket)
        await watch(witness)
        await send(socket, "unwatch")
        await assert_no_frames(socket)
        await receive_changes(witness, project_id, await running.record(project_id))
        await assert_no_frames(socket)
        await watch(socket)
        await condition(lambda: not running.hub.change_feed.is_throttling)
        await receive_changes(socket, project_id, await running.record(project_id))


async def test_an_invalid_frame_gets_an_error_frame_and_the_socket_stays_open(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as socket:
        await send(socket, "unwatch")
        assert (await receive(socket))["data"]["code"] == "not_watching"
        await watch(socket)
        await send(socket, "watch")
        error = await receive(socket)
        assert (error["event_type"], error["project_id"], error["data"]["code"]) == ("error", None, "already_watching")
        await receive_changes(socket, project_id, await running.record(project_id))


async def test_every_watching_socket_is_notified(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect() as one, running.connect() as other:
        await asyncio.gather(watch(one), watch(other))
        head = await running.record(project_id)
        assert await receive_changes(one, project_id, head) == await receive_changes(other, project_id, head)
        await one.close()
        await condition(lambda: len(running.hub.sockets) == 1)
        await receive_changes(other, project_id, await running.record(project_id))


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
        await receive_changes(socket, other, await running.record(other))
        await send(socket, "unwatch")
        await assert_no_frames(socket)
        head = await running.record(followed)
        assert (await receive(socket))["seq"] == head


async def test_a_stalled_watcher_does_not_delay_a_follower(running: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.hub.COMPARE_SECONDS", 1000)
    monkeypatch.setattr(running.hub.log_reader, "page", None)  # every event arrives from Redis, none from the log
    project_id, other = await running.project(), await running.project()
    async with running.connect(project_id) as follower, running.connect(max_queue=1, close_timeout=0.01) as stalled:
        head = (await receive(follower))["data"]["head"]
        await watch(stalled)
        for number in range(1, 101):
            await running.record(other)
            await running.record(project_id)
            frame = await receive(follower)
            assert (frame["seq"], frame["project_id"]) == (head + number, str(project_id))


async def test_without_watchers_the_feed_is_unsubscribed_and_empty(running: Relay) -> None:
    channel = running.store.bus.projects_channel
    project_id = await running.project()
    async with running.connect() as one, running.connect() as other:
        await watch(one)
        await watch(other)
        await running.subscribers(channel, 1)
        await send(one, "unwatch")
        await receive_changes(other, project_id, await running.record(project_id))
    await condition(lambda: not running.hub.sockets)
    await running.subscribers(channel, 0)
    assert not running.hub.change_feed.tracked_projects


async def test_a_reader_with_too_many_waiting_projects_is_closed_with_4008(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.realtime.changes_subscription.MAX_WAITING", 250)
    bus = running.store.bus
    async with running.connect() as witness:
        await watch(witness)
        async with running.connect(max_queue=1, close_timeout=0.01) as stalled:
            await watch(stalled)
            stalled.transport.pause_reading()
            sockets = running.hub.sockets
            while sum(not socket.is_closing for socket in sockets) == 2:  # a closed one may have been removed already
                heads = {str(uuid4()): 1 for _ in range(200)}
                await bus.redis.publish(bus.projects_channel, json.dumps(heads))
                for _ in heads:
                    await witness.recv()
            stalled.transport.resume_reading()
            assert await close_code(stalled) == 4008


async def test_a_socket_that_subscribes_and_watches_at_once_misses_no_number(running: Relay) -> None:
    project_id = await running.project(events=20)
    async with running.connect() as socket:
        await send(socket, "watch")
        await send(socket, "subscribe", project_id=str(project_id), since=0)
        head = await running.record(project_id, 10)
        assert await numbers(socket, head) == list(range(1, head + 1))
