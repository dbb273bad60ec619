"""The WebSocket protocol shares the event loop between its connections, and a client that is cut off learns why."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from uvicorn import Config
from uvicorn._types import ASGIReceiveEvent
from uvicorn.server import ServerState
from websockets.frames import Frame

from api.realtime import lingering_close
from api.realtime.lingering_close import LingeringClose
from api.realtime.websocket_protocol import LimitedWebSocketProtocol
from tests.abuse.raw_connection import Connection
from tests.abuse.raw_frames import PING, TEXT, frame, open_websocket
from tests.api.realtime.relay_server import Relay, condition

SMALL = frame(PING, b"x")
TOO_MANY = SMALL * 1000
BLOCK = bytes(2**16)


async def cut_off(connection: Connection) -> bool:
    """Exceed the rate limit and keep sending, without waiting for the close frame; then read it."""
    await connection.send(TOO_MANY * 20)
    return await connection.close_code() == 4429 and await connection.ended()


async def test_a_flood_of_small_frames_leaves_every_turn_of_the_event_loop_to_others(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    turn, is_over, frames = 0, False, Counter[int]()
    handle_ping = LimitedWebSocketProtocol.handle_ping

    def count_turns() -> None:
        nonlocal turn
        turn += 1
        if not is_over:
            loop.call_soon(count_turns)

    def count_frames(protocol: LimitedWebSocketProtocol) -> None:
        frames[turn] += 1
        handle_ping(protocol)

    monkeypatch.setattr(LimitedWebSocketProtocol, "handle_ping", count_frames)
    async with open_websocket(f"http://{running.address}") as connection:
        count_turns()
        await connection.send(TOO_MANY)
        assert await connection.close_code() == 4429
        is_over = True
    assert max(frames.values()) <= 50


async def test_reading_pauses_while_received_bytes_wait_to_be_parsed(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uvicorn resumes reading with each message that the application receives."""
    reading: list[bool] = []
    receive = LimitedWebSocketProtocol.receive

    async def receive_and_look(protocol: LimitedWebSocketProtocol) -> ASGIReceiveEvent:
        message = await receive(protocol)
        if protocol.unparsed:
            reading.append(protocol.transport.is_reading())
        return message

    monkeypatch.setattr(LimitedWebSocketProtocol, "receive", receive_and_look)
    async with open_websocket(f"http://{running.address}") as connection:
        await connection.send(frame(TEXT, b"x" * 1000) * 30)
        await condition(lambda: len(reading) >= 20)
    assert not any(reading)


async def test_a_client_that_floods_reads_why_it_is_cut_off(running: Relay) -> None:
    async with open_websocket(f"http://{running.address}") as connection:
        assert await cut_off(connection)


async def test_a_client_that_sends_on_for_ever_is_cut_off_after_a_number_of_bytes(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering_close, "LINGER_SECONDS", 60.0)
    async with open_websocket(f"http://{running.address}") as connection:
        await connection.send(TOO_MANY)
        sent = 0
        while sent < 64 * 2**20 and await connection.send(BLOCK):
            sent += len(BLOCK)
        assert sent < 32 * 2**20, "what the kernel buffers comes on top"
    await condition(lambda: not LingeringClose.lingering)


async def test_a_client_that_sends_on_slowly_is_cut_off_after_a_while(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lingering_close, "LINGER_SECONDS", 0.3)
    async with open_websocket(f"http://{running.address}") as connection:
        assert await cut_off(connection)
        async with asyncio.timeout(10):
            while LingeringClose.lingering:
                await connection.send(b"x")
                await asyncio.sleep(0.01)


async def test_only_so_many_connections_linger(running: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering_close, "MAX_LINGERING", 1)
    monkeypatch.setattr(lingering_close, "LINGER_SECONDS", 60.0)
    url = f"http://{running.address}"
    async with open_websocket(url) as lingers, open_websocket(url) as ends:
        assert await cut_off(lingers)
        assert len(LingeringClose.lingering) == 1
        await ends.send(TOO_MANY * 20)
        async with asyncio.timeout(30):
            while await ends.send(SMALL):
                pass
        assert len(LingeringClose.lingering) == 1
    await condition(lambda: not LingeringClose.lingering)


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class RecordedTransport(asyncio.Transport):
    """It only records how it is ended."""

    aborted = False

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return None

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass


async def unanswered(scope: Any, receive: Any, send: Any) -> None:
    """An application that has not answered the handshake yet."""
    await asyncio.Event().wait()


@pytest.mark.parametrize("sent", [TOO_MANY, b"\xff" * 8])
async def test_a_client_that_breaks_the_rules_before_its_handshake_is_answered_is_aborted(sent: bytes) -> None:
    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    state, transport = ServerState(), RecordedTransport()
    protocol = LimitedWebSocketProtocol(config=Config(unanswered), server_state=state, app_state={})
    protocol.connection_made(transport)
    protocol.data_received(HANDSHAKE)
    protocol.data_received(sent)
    try:
        await condition(lambda: transport.aborted)
        assert not errors
    finally:
        for task in state.tasks:
            task.cancel()


async def test_an_error_while_a_later_slice_is_parsed_ends_the_connection(
    running: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(protocol: LimitedWebSocketProtocol, event: Frame) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(LimitedWebSocketProtocol, "handle_text", fail)
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    async with open_websocket(f"http://{running.address}") as connection:
        await connection.send(frame(PING, b"x" * 100) * 5 + frame(TEXT, b"x"))
        assert await connection.ended()
