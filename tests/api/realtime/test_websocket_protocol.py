"""The WebSocket protocol shares the event loop between its connections."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from api.realtime.websocket_protocol import LimitedWebSocketProtocol
from tests.abuse.raw_frames import PING, frame, open_websocket
from tests.api.realtime.relay_server import Relay


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
        ping = frame(PING, b"x")
        await connection.send(ping * 1000)
        assert await connection.close_code() == 4429
        is_over = True
    assert max(frames.values()) <= 256 / len(ping) + 1
