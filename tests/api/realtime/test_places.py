"""One caller cannot take every WebSocket, and its handshakes are counted as requests."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from config.settings import Settings
from tests.serving import served
from tests.signing_in import AUTHORIZATION, token_of
from tests.waiting import PATIENCE_SECONDS, eventually

MOST, EACH = 8, 3


def opening(url: str, headers: dict[str, str]) -> connect:
    return connect(url.replace("http", "ws") + "/ws", compression=None, proxy=None, additional_headers=headers)


async def outcome_of(socket: ClientConnection) -> str:
    """Return "open", or the code and the reason that the server closes with."""
    with suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await socket.send(json.dumps({"action": "ping"}))
            return str(json.loads(await socket.recv())["event_type"]).replace("pong", "open")
    return f"{socket.close_code} {socket.close_reason}"


async def test_a_person_has_a_part_of_the_places_however_many_handshakes_come_at_once(settings: Settings) -> None:
    small = settings.model_copy(update={"websocket_connections": MOST, "websockets_per_caller": EACH})
    async with served(small) as url, AsyncExitStack() as stack:
        greedy, other = [{"Authorization": f"Bearer {await token_of(url, name, 'viewer')}"} for name in ("G", "O")]
        opened = await asyncio.gather(*(stack.enter_async_context(opening(url, greedy)) for _ in range(MOST)))
        outcomes = await asyncio.gather(*map(outcome_of, opened))
        assert outcomes.count("open") == EACH, outcomes
        (refused,) = {one for one in outcomes if one != "open"}
        assert refused == f"4013 you have {EACH} connections open, which is the most; close one first"
        assert await outcome_of(await stack.enter_async_context(opening(url, other))) == "open"
        await opened[outcomes.index("open")].close()

        async def again() -> bool:
            async with opening(url, greedy) as socket:
                return await outcome_of(socket) == "open"

        await eventually(again)
        # The operator may take what is left, and then there is no place for anybody.
        operators = [await stack.enter_async_context(opening(url, AUTHORIZATION)) for _ in range(MOST)]
        outcomes = [await outcome_of(socket) for socket in operators]
        assert outcomes.count("open") == MOST - EACH
        assert outcomes[-1] == "4013 too many connections; try again later"


async def test_without_sign_in_an_address_has_a_part_of_the_places(settings: Settings) -> None:
    changes: dict[str, Any] = {"auth": "none", "trusted_proxies": ["127.0.0.1"]}
    small = settings.model_copy(update=changes | {"websocket_connections": 4, "websockets_per_caller": 4})
    async with served(small) as url, AsyncExitStack() as stack:
        outcomes = []
        for address in ("203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.2"):
            socket = await stack.enter_async_context(opening(url, {"X-Forwarded-For": address}))
            outcomes.append((await outcome_of(socket))[:4])
    assert outcomes == ["open", "open", "4013", "open"]  # half of them at most, whatever the setting says


@pytest.mark.parametrize("with_redis", [True, False])
async def test_handshakes_are_counted(settings: Settings, with_redis: bool) -> None:
    limit = 10
    changes: dict[str, Any] = {"requests_per_minute": limit, "unknown_credentials_per_minute": 2}
    if with_redis:
        changes["channel_prefix"] = f"handshakes-{settings.channel_prefix}"
    else:
        changes["redis_url"] = "redis://127.0.0.1:1/0"
    async with served(settings) as free:
        token = await token_of(free, "Busy", "viewer")
    async with served(settings.model_copy(update=changes)) as url:

        async def knock(headers: dict[str, str]) -> str:
            async with opening(url, headers) as socket:
                return await outcome_of(socket)

        busy = {"Authorization": f"Bearer {token}"}
        assert [await knock(busy) for _ in range(limit)] == ["open"] * limit
        assert (await knock(busy)).startswith("4429 Too many requests. Try again in ")
        # Guesses: one query is left to this address, and then none.
        guesses = [await knock({"Authorization": f"Bearer bay_{number}"}) for number in range(3)]
        assert [guess[:4] for guess in guesses] == ["4401", "4429", "4429"]
        assert await knock(AUTHORIZATION) == "open"
