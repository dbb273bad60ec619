"""The relay over real sockets, PostgreSQL and Valkey."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from models.contracts.enums import EventType
from models.contracts.event_data import ErrorEvent
from models.contracts.events import Event
from store import events
from store.transaction import Transaction
from tests.api.realtime.relay_server import Relay, condition, numbers, receive, until


async def test_without_since_only_new_events_arrive(running: Relay) -> None:
    project_id = await running.project(events=5)
    head = await running.head(project_id)
    async with running.connect(project_id) as socket:
        ready = await receive(socket)
        assert (ready["event_type"], ready["seq"], ready["project_id"]) == ("connection_ready", None, str(project_id))
        assert ready["data"] == {"head": head}
        await running.record(project_id, 3)
        assert await numbers(socket, head + 3) == [head + 1, head + 2, head + 3]


async def test_since_zero_sends_the_whole_log_and_then_live_events(running: Relay) -> None:
    project_id = await running.project(events=1200)
    head = await running.head(project_id)
    async with running.connect(project_id, since=0) as socket:
        assert await numbers(socket, head) == list(range(1, head + 1))
        await running.record(project_id)
        assert await numbers(socket, head + 1) == [head + 1]


async def test_an_event_is_the_same_live_and_from_the_log(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect(project_id) as socket:
        await receive(socket)
        head = await running.record(project_id, text="naïve ☃ \x00 text")
        live = (await until(socket, lambda frame: frame["seq"] == head))[-1]
    async with running.connect(project_id, since=head - 1) as socket:
        logged = (await until(socket, lambda frame: frame["seq"] == head))[-1]
    assert live == logged


async def test_progress_is_live_only_and_has_no_number(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect(project_id, since=0) as socket:
        await numbers(socket, await running.head(project_id))
        progress = Event(
            event_type=EventType.TASK_PROGRESS,
            seq=None,
            project_id=project_id,
            data={"message": "reading"},
            timestamp=datetime.now(UTC),
        )
        running.store.bus.publish([progress])
        frame = await receive(socket)
        assert (frame["event_type"], frame["seq"], frame["data"]) == ("task_progress", None, {"message": "reading"})


async def test_invalid_messages_on_the_channel_are_ignored(running: Relay) -> None:
    project_id = await running.project()
    channel = running.store.bus.channel(project_id)
    async with running.connect(project_id) as socket:
        head = (await receive(socket))["data"]["head"]
        for message in (b"\xff", b"{}", b'{"seq": 999999999}'):
            await running.store.bus.redis.publish(channel, message)
        await running.record(project_id)
        assert await numbers(socket, head + 1) == [head + 1]


async def test_a_since_past_the_head_gets_an_error_frame_and_follows_from_the_head(running: Relay) -> None:
    project_id = await running.project()
    head = await running.head(project_id)
    for since in (head + 1, 10**15):
        async with running.connect(project_id, since=since) as socket:
            error, ready = await receive(socket), await receive(socket)
            assert (error["event_type"], error["seq"], error["data"]["code"]) == ("error", None, "since_past_head")
            assert ready["data"] == {"head": head}
            head = await running.record(project_id)
            assert await numbers(socket, head) == [head]
    async with running.connect(project_id, since=head) as socket:
        assert (await receive(socket))["event_type"] == "connection_ready"


async def test_one_socket_follows_several_projects(running: Relay) -> None:
    one, other = await running.project(events=2), await running.project()
    async with running.connect() as socket:
        for project_id in (one, other):
            await socket.send(json.dumps({"action": "subscribe", "project_id": str(project_id), "since": 0}))
            frames = await until(socket, lambda frame: frame["event_type"] == "connection_ready")
            assert frames[-1]["project_id"] == str(project_id)
            await numbers(socket, await running.head(project_id))
        await socket.send(json.dumps({"action": "unsubscribe", "project_id": str(one)}))
        await socket.send('{"action": "ping"}')
        assert (await receive(socket))["event_type"] == "pong"
        await running.record(one)
        head = await running.record(other)
        frame = await receive(socket)
        assert (frame["project_id"], frame["seq"]) == (str(other), head)


async def test_a_hundred_sockets_share_a_subscription_and_the_reads_of_the_log(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = await running.project(events=50)
    head = await running.head(project_id)
    sockets = await asyncio.gather(*(running.connect(project_id, since=0) for _ in range(100)))
    assert await asyncio.gather(*(numbers(socket, head) for socket in sockets)) == [list(range(1, head + 1))] * 100
    channel = running.store.bus.channel(project_id)
    assert await running.store.bus.redis.pubsub_numsub(channel) == [(channel.encode(), 1)]

    reads = 0
    read = events.since

    async def counted(*arguments: Any, **options: Any) -> list[Event]:
        nonlocal reads
        reads += 1
        return await read(*arguments, **options)

    monkeypatch.setattr(events, "since", counted)
    async with running.store.database.engine.begin() as connection:  # an event that is not published
        tx = Transaction(project_id, connection)
        tx.record(ErrorEvent(message=""), key="unheard")
        await tx.flush()
    head = await running.record(project_id)
    assert await asyncio.gather(*(numbers(socket, head) for socket in sockets)) == [[head - 1, head]] * 100
    assert reads <= 10  # a hundred sockets share them; two or three are usual
    await asyncio.gather(*(socket.close() for socket in sockets))
    await condition(lambda: not running.hub.sockets)
    await running.subscribers(channel, 0)


async def test_subscribing_while_events_are_written_misses_none_and_repeats_none(running: Relay) -> None:
    project_id = await running.project(events=20)
    is_writing = True

    async def write() -> None:
        while is_writing:
            await running.record(project_id, 2)

    async def follow(back: int) -> None:
        since = await running.head(project_id) - back
        # A client that leaves while events arrive stops reading, so the closing handshake would time out.
        async with running.connect(project_id, since=since, close_timeout=0.01) as socket:
            frames = [await receive(socket) for _ in range(20)]
            seen = [frame["seq"] for frame in frames if frame["seq"] is not None]
            assert seen == list(range(since + 1, since + 1 + len(seen)))

    writers = [asyncio.create_task(write()) for _ in range(4)]
    for _ in range(25):
        await asyncio.gather(*(follow(back) for back in (0, 1, 5, 20)))
    is_writing = False
    await asyncio.gather(*writers)
