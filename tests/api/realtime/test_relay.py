"""The relay over real sockets, PostgreSQL and Valkey."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from config.settings import Settings
from models.contracts.enums import EventType
from models.contracts.event_data import ErrorEvent
from models.contracts.events import Event
from store import events
from store.transaction import Transaction
from tests.api.realtime.relay_server import Relay, close_code, condition, numbers, receive, relay, until


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


@pytest.mark.parametrize(
    ("project_id", "since", "code", "problem"),
    [
        ("x", None, 4400, "bad_project_id"),
        (uuid4(), None, 4404, "unknown_project"),
        (uuid4(), 5, 4404, "unknown_project"),
        (uuid4(), -1, 4400, "bad_since"),
        (uuid4(), "abc", 4400, "bad_since"),
        (uuid4(), 10**30, 4400, "bad_since"),
        (None, 1, 4400, "bad_since"),
    ],
)
async def test_an_invalid_query_string_gets_an_error_frame_and_a_close_code(
    running: Relay, project_id: object, since: object, code: int, problem: str
) -> None:
    async with running.connect(project_id, since) as socket:
        error = await receive(socket)
        assert (error["event_type"], error["data"]["code"]) == ("error", problem)
        assert await close_code(socket) == code


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


async def test_an_invalid_frame_gets_an_error_frame_and_the_socket_stays_open(running: Relay) -> None:
    project_id = await running.project()
    subscribe = json.dumps({"action": "subscribe", "project_id": str(project_id)})
    async with running.connect(project_id) as socket:
        await receive(socket)
        for sent, code in (
            ("{", "bad_frame"),
            (b"binary", "bad_frame"),
            (subscribe, "already_followed"),
            (subscribe.replace("subscribe", "unsubscribe").replace(str(project_id), str(uuid4())), "not_followed"),
            (subscribe.replace(str(project_id), str(uuid4())), "unknown_project"),
        ):
            await socket.send(sent)
            error = await receive(socket)
            assert (error["event_type"], error["seq"], error["data"]["code"]) == ("error", None, code)
        head = await running.record(project_id)
        assert await numbers(socket, head) == [head]


async def test_a_socket_follows_a_limited_number_of_projects(running: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.socket.MAX_PROJECTS", 1)
    one, other = await running.project(), await running.project()
    async with running.connect(one) as socket:
        await receive(socket)
        await socket.send(json.dumps({"action": "subscribe", "project_id": str(other)}))
        assert (await receive(socket))["data"]["code"] == "too_many_projects"


async def test_a_frame_that_is_too_large_closes_only_its_own_socket(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect(project_id) as witness, running.connect(project_id) as socket:
        await receive(witness)
        await receive(socket)
        await socket.send("x" * 65_537)
        assert await close_code(socket) == 1009
        head = await running.record(project_id)
        assert await numbers(witness, head) == [head]


async def test_a_client_that_exceeds_the_rate_limit_is_closed_with_4429(running: Relay) -> None:
    async with running.connect() as socket:
        for _ in range(1000):
            await socket.send("{")
        assert await close_code(socket) == 4429


async def test_pages_of_other_origins_are_refused_before_the_handshake(running: Relay) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await running.connect(origin="http://evil.example")
    assert refused.value.response.status_code == 403
    async with running.connect(origin=f"http://{running.address}") as socket:
        await socket.send('{"action": "ping"}')
        assert (await receive(socket))["event_type"] == "pong"


async def test_one_connection_too_many_is_closed_with_4013(settings: Settings) -> None:
    async with relay(settings.model_copy(update={"websocket_connections": 2})) as running:
        async with running.connect() as first, running.connect():
            async with running.connect() as third:
                assert await close_code(third) == 4013
            await first.send('{"action": "ping"}')
            assert (await receive(first))["event_type"] == "pong"
        await condition(lambda: not running.hub.sockets)
        async with running.connect() as socket:
            await socket.send('{"action": "ping"}')
            assert (await receive(socket))["event_type"] == "pong"


async def test_heartbeats_have_the_head_of_each_project(settings: Settings) -> None:
    async with relay(settings.model_copy(update={"websocket_heartbeat_seconds": 0.1})) as running:
        project_id = await running.project()
        head = await running.head(project_id)
        async with running.connect(project_id) as socket:
            beat = (await until(socket, lambda frame: frame["event_type"] == "heartbeat"))[-1]
            assert (beat["seq"], beat["project_id"], beat["data"]) == (None, str(project_id), {"head": head})
            head = await running.record(project_id)
            await until(socket, lambda frame: frame["data"] == {"head": head})


async def test_a_restart_closes_sockets_with_1012(settings: Settings) -> None:
    async with relay(settings) as running, running.connect() as socket:
        await running.hub.close()
        assert await close_code(socket) == 1012


async def test_a_server_shutdown_closes_sockets_with_1012(settings: Settings) -> None:
    async with relay(settings) as running:
        socket = await running.connect(await running.project())
        await receive(socket)
    assert await close_code(socket) == 1012


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
