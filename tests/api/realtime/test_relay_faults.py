"""The relay while Redis, PostgreSQL or a client fails: every number still arrives once and in order."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection

from api.realtime.redis_subscriber import RedisSubscriber
from cli.stack.embedded import Servers
from config.settings import Settings
from models.contracts.enums import EventType
from models.contracts.events import Event
from store import events
from store.bus import Bus
from tests.api.realtime.relay_server import Relay, close_code, condition, numbers, read_until_closed, receive, relay
from tests.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.long

LARGE = "x" * 20_000


async def test_events_that_redis_loses_come_from_the_log(lossy: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.hub.COMPARE_SECONDS", 0)
    project_id = await lossy.project()
    async with lossy.connect(project_id) as socket:
        head = (await receive(socket))["data"]["head"]
        await lossy.record(project_id, 1200)
        assert await numbers(socket, head + 1200) == list(range(head + 1, head + 1201))


async def test_a_bus_that_drops_repeats_and_reorders_messages_changes_nothing(
    lossy: Relay, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.realtime.hub.COMPARE_SECONDS", 0)
    dice = random.Random(7)
    project_id = await lossy.project()
    bus = Bus(settings)
    async with lossy.connect(project_id, since=0) as early, lossy.connect(project_id) as late:
        start = (await receive(late))["data"]["head"]
        head = start
        late_messages: list[Event] = []
        for _ in range(40):
            before, head = head, await lossy.record(project_id, dice.randint(1, 20))
            async with lossy.store.reading() as connection:
                written = await events.since(connection, project_id, before)
            messages = late_messages
            late_messages = []
            for event in written:
                match dice.randint(0, 9):
                    case 0:
                        pass
                    case 1:
                        messages += [event, event]
                    case 2:
                        late_messages.append(event)
                    case _:
                        messages.append(event)
            bus.publish(messages)
        assert await numbers(early, head) == list(range(1, head + 1))
        assert await numbers(late, head) == list(range(start + 1, head + 1))
    await bus.close()


async def _write_until(running: Relay, project_id: UUID, is_done: Callable[[], bool]) -> int:
    """Write events, at least one, until a condition is met. Return the head."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            head = await running.record(project_id)
            if is_done():
                return head
            await asyncio.sleep(0.01)


async def test_a_paused_redis_delays_events_and_loses_none(running: Relay, servers: Servers) -> None:
    project_id = await running.project()
    async with running.connect(project_id, since=0) as socket:
        os.kill(servers.pids["redis"], signal.SIGSTOP)
        try:
            head = await _write_until(running, project_id, lambda: running.hub.is_redis_stale)
            assert await numbers(socket, head) == list(range(1, head + 1))
        finally:
            os.kill(servers.pids["redis"], signal.SIGCONT)
        after = await _write_until(running, project_id, lambda: not running.hub.is_redis_stale)
        assert await numbers(socket, after) == list(range(head + 1, after + 1))


async def test_a_restarted_redis_loses_no_event(running: Relay, servers: Servers) -> None:
    project_id = await running.project()
    async with running.connect(project_id, since=0) as socket:
        killed = servers.pids["redis"]
        os.kill(killed, signal.SIGKILL)
        await _write_until(running, project_id, lambda: servers.pids.get("redis", killed) != killed)
        head = await _write_until(running, project_id, lambda: not running.hub.is_redis_stale)
        assert await numbers(socket, head) == list(range(1, head + 1))

        async def progress() -> bool:
            running.store.bus.publish(
                [
                    Event(
                        event_type=EventType.TASK_PROGRESS,
                        seq=None,
                        project_id=project_id,
                        data={},
                        timestamp=datetime.now(UTC),
                    )
                ]
            )
            return bool((await receive(socket))["event_type"] == "task_progress")

        assert await eventually(progress), "events arrive live again, not only from the log"


async def test_an_unavailable_log_is_reported_and_read_when_it_is_back(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_id = await running.project(events=10)
    head = await running.head(project_id)
    is_unavailable = True

    def failing(read: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def attempt(*arguments: object) -> object:
            if is_unavailable:
                raise ConnectionRefusedError
            return await read(*arguments)

        return attempt

    for name in ("heads", "page"):
        monkeypatch.setattr(running.hub.log_reader, name, failing(getattr(running.hub.log_reader, name)))
    async with running.connect(project_id, since=0) as socket:
        error = await receive(socket)
        assert (error["event_type"], error["seq"], error["data"]["code"]) == ("error", None, "log_unavailable")
        await socket.send('{"action": "ping"}')
        assert (await receive(socket))["event_type"] == "pong"
        is_unavailable = False
        assert await numbers(socket, head) == list(range(1, head + 1))


async def test_a_killed_database_loses_no_event(running: Relay, servers: Servers) -> None:
    project_id = await running.project(events=10)
    async with running.connect(project_id, since=0) as socket:
        killed = servers.pids["postgres"]
        os.kill(killed, signal.SIGKILL)
        await condition(lambda: servers.pids.get("postgres", killed) != killed, 30)

        async def recorded() -> int | None:
            try:
                return await running.record(project_id)
            except Exception:  # it is starting
                return None

        head = await eventually(recorded, 30)
        assert await numbers(socket, head) == list(range(1, head + 1))

    async def is_connected() -> bool:
        async with running.connect(project_id) as another:
            return bool((await receive(another))["event_type"] == "connection_ready")

    await eventually(is_connected)  # while it starts, clients get log_unavailable


async def _stalled(running: Relay, project_id: UUID) -> ClientConnection:
    """Connect a client that does not read; by default its library would buffer 16 frames."""
    return await running.connect(project_id, max_queue=1, close_timeout=0.01)


async def test_a_reader_that_stalls_is_closed_with_4008_and_can_resume(running: Relay) -> None:
    project_id = await running.project()
    async with running.connect(project_id) as witness:
        head = (await receive(witness))["data"]["head"]
        stalled = await _stalled(running, project_id)
        for written in range(head, head + 800, 20):  # no faster than the witness reads
            assert await running.record(project_id, 20, LARGE) == written + 20
            assert await numbers(witness, written + 20) == list(range(written + 1, written + 21))
        await condition(lambda: sum(not socket.is_closing for socket in running.hub.sockets) == 1)  # the witness's
        seen = await read_until_closed(stalled)
        assert stalled.close_code == 4008
        assert seen == list(range(head + 1, head + 1 + len(seen)))
        async with running.connect(project_id, since=seen[-1]) as resumed:
            assert await numbers(resumed, head + 800) == list(range(seen[-1] + 1, head + 801))


async def test_a_reader_that_never_reads_again_is_disconnected(running: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.realtime.socket.LINGER_SECONDS", 0.2)
    monkeypatch.setattr("api.realtime.socket.STALL_SECONDS", 0.2)
    project_id = await running.project(events=0)
    before = len(running.server.server_state.connections)
    stalled = await _stalled(running, project_id)
    await condition(lambda: len(running.server.server_state.connections) == before + 1)
    for _ in range(25):
        await running.record(project_id, 20, LARGE)
    await condition(lambda: not running.hub.sockets)
    await condition(lambda: len(running.server.server_state.connections) == before)
    assert await close_code(stalled) in (4008, 1006)


async def test_a_reader_that_never_reads_does_not_delay_the_shutdown(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.server.config.SHUTDOWN_SECONDS", 60)
    async with relay(settings) as running:
        project_id = await running.project()
        stalled = await _stalled(running, project_id)
        for _ in range(25):
            await running.record(project_id, 20, LARGE)
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 30
    stalled.transport.abort()


async def test_a_flood_of_client_frames_does_not_delay_others(running: Relay) -> None:
    project_id = await running.project()

    async def flood() -> None:
        async with running.connect(close_timeout=0.01) as socket:
            for _ in range(2000):
                await socket.send('{"action": "ping"}')
            assert await close_code(socket) == 4429

    async with running.connect(project_id) as witness:
        head = (await receive(witness))["data"]["head"]
        floods = [asyncio.create_task(flood()) for _ in range(5)]
        while not all(task.done() for task in floods):
            head = await running.record(project_id)
            await numbers(witness, head, 5)
        for result in await asyncio.gather(*floods, return_exceptions=True):
            assert result is None or "4429" in str(result)


async def test_a_subscriber_whose_last_channel_was_just_dropped_can_be_cancelled(settings: Settings) -> None:
    bus = Bus(settings)
    for yields in range(8):  # the subscriber may be at any point of unsubscribing
        subscriber = RedisSubscriber(bus)
        running = asyncio.create_task(subscriber.run())
        subscriber.subscribe("a channel", lambda message: None, lambda: None)
        await condition(lambda: not subscriber.is_stale)  # noqa: B023
        await subscriber.wait_subscribed("a channel")
        subscriber.unsubscribe("a channel")
        for _ in range(yields):
            await asyncio.sleep(0)
        running.cancel()
        _, stuck = await asyncio.wait([running], timeout=PATIENCE_SECONDS)
        assert not stuck
    await bus.close()
