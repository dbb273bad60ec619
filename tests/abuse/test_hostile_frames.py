"""Frames that are too large, too many, malformed or unknown."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.abuse.hostile_bodies import DEEP, MIB
from tests.abuse.raw_frames import CONTINUATION, PING, PONG, TEXT, frame, open_websocket
from tests.abuse.target import Target, resident
from tests.proving import Proof
from tests.signing_in import AUTHORIZATION

GROWTH = 32 * MIB
LIMIT = 64 * 1024
UNKNOWN_PROJECT = "01890a5d-0000-7000-8000-000000000000"


def socket(target: Target) -> connect:
    return connect(
        f"{target.url.replace('http', 'ws', 1)}/ws",
        compression=None,
        proxy=None,
        max_size=None,
        additional_headers=AUTHORIZATION,
    )


SURVIVED: dict[str, str | bytes] = {
    "nothing": "",
    "broken JSON": '{"action": "ping"',
    "no object": "[]",
    "a number": "9" * 1000,
    "NaN": "NaN",
    "no action": "{}",
    "an unknown action": '{"action": "explode"}',
    "an unknown field": '{"action": "ping", "x": 1}',
    "no project": '{"action": "subscribe", "project_id": "x"}',
    "an unknown project": json.dumps({"action": "subscribe", "project_id": UNKNOWN_PROJECT}),
    "since below zero": json.dumps({"action": "subscribe", "project_id": UNKNOWN_PROJECT, "since": -1}),
    "since beyond numbers": json.dumps({"action": "subscribe", "project_id": UNKNOWN_PROJECT, "since": 2**70}),
    "since that is a text": json.dumps({"action": "subscribe", "project_id": UNKNOWN_PROJECT, "since": "0"}),
    "what is not followed": json.dumps({"action": "unsubscribe", "project_id": UNKNOWN_PROJECT}),
    "nested 10,000 deep": "[" * DEEP + "]" * DEEP,
    "NUL": '{"action": "a\\u0000"}',
    "a lone surrogate": '{"action": "\\ud800"}',
    "binary": b"\x00\xff",
    "the largest that may be": "x" * LIMIT,
}
"""After each of these, the socket stays open and receives an error."""

FATAL: dict[str, tuple[bytes, int]] = {
    "65 KB": (frame(TEXT, b"x" * 65 * 1024), 1009),
    "16 MB": (frame(TEXT, b"x" * 16 * MIB), 1009),
    "16 MB, as it says": (frame(TEXT, stated=16 * MIB), 1009),
    "2^63 bytes, as it says": (frame(TEXT, stated=2**63), 1009),
    "65 KB of fragments": (
        frame(TEXT, b"x" * 1024, last=False) + frame(CONTINUATION, b"x" * 1024, last=False) * 64,
        1009,
    ),
    "a text that is not UTF-8": (frame(TEXT, b"\xff"), 1007),
    "no mask": (frame(TEXT, b"{}", masked=False), 1002),
    "an opcode that is not there": (frame(3), 1002),
    "a ping of 200 bytes": (frame(PING, b"x" * 200), 1002),
    "the middle without a beginning": (frame(CONTINUATION, b"x"), 1002),
    "a text within a text": (frame(TEXT, b"x", last=False) + frame(TEXT, b"x"), 1002),
}
"""After each of these, the socket is closed with this code."""


async def read_close_code(client: ClientConnection) -> int | None:
    """Read until the server closes the socket, and return its close code."""
    async with asyncio.timeout(15):
        try:
            while True:
                await client.recv()
        except ConnectionClosed:
            return client.close_code


@pytest.mark.item(19)
async def test_a_meaningless_frame_gets_an_error_and_the_socket_stays_open(target: Target, proof: Proof) -> None:
    seen: Counter[str] = Counter()
    for _ in range(proof.times(20, 1)):
        async with socket(target) as client:
            for name, data in proof.random.sample(sorted(SURVIVED.items()), len(SURVIVED)):
                await client.send(data)
                answer = json.loads(await asyncio.wait_for(client.recv(), 10))
                seen[answer["event_type"]] += 1
                assert answer["event_type"] == "error", name
                assert answer["data"]["code"], name
            await client.send('{"action": "ping"}')
            assert json.loads(await client.recv())["event_type"] == "pong"
    proof.row(
        f"{len(SURVIVED)} kinds of meaningless frames: broken JSON, binary, nested 10,000 deep, unknown",
        seen.total(),
        "an error frame each, and the socket stays open",
        ", ".join(f"{name} x {count}" for name, count in seen.items()),
    )


@pytest.mark.item(19)
async def test_an_oversized_or_malformed_frame_closes_its_socket(target: Target, proof: Proof) -> None:
    before, rounds = resident(target.api.pid), proof.times(10, 1)
    seen: dict[str, Counter[int]] = {name: Counter() for name in FATAL}
    for _ in range(rounds):
        for name, (data, _) in proof.random.sample(sorted(FATAL.items()), len(FATAL)):
            async with open_websocket(target.url) as connection:
                sending = asyncio.create_task(connection.send(data))
                seen[name][await connection.close_code()] += 1
                await sending
    grown = resident(target.api.pid) - before
    codes = sum(seen.values(), Counter())
    proof.row(
        f"{len(FATAL)} kinds of frames that are oversized (65 KB, 16 MB, in fragments) or violate the protocol",
        codes.total(),
        "closed with 1009, 1007 or 1002; at most 32 MB larger",
        f"{', '.join(f'{code} x {count}' for code, count in sorted(codes.items()))}; {grown / MIB:+.0f} MB",
    )
    assert seen == {name: Counter({code: rounds}) for name, (_, code) in FATAL.items()}
    assert grown < GROWTH
    assert target.deaths == []


@pytest.mark.item(19)
async def test_a_thousand_frames_a_second_close_their_socket(target: Target, proof: Proof) -> None:
    count = proof.times(20, 3)
    seen: Counter[int | None] = Counter()
    for _ in range(count):
        async with socket(target) as client:
            closing = asyncio.create_task(read_close_code(client))
            for _ in range(500):
                with suppress(ConnectionClosed):
                    for _ in range(10):
                        await client.send('{"action": "ping"}')
                if closing.done():
                    break
                await asyncio.sleep(0.01)
            seen[await closing] += 1
    proof.row(
        "1,000 frames a second on a socket",
        count,
        "closed with 4429",
        ", ".join(f"{code} x {number}" for code, number in seen.items()),
    )
    assert seen == {4429: count}


FLOODS: dict[str, Callable[[], bytes]] = {
    "pings": lambda: frame(PING, b"x" * 125),
    "pongs": lambda: frame(PONG),
    "fragments": lambda: frame(CONTINUATION, last=False),
    "texts": lambda: frame(TEXT, b"x"),
}


@pytest.mark.item(19)
@pytest.mark.parametrize("kind", FLOODS)
async def test_a_flood_from_a_client_that_does_not_read_is_cut_off(kind: str, target: Target, proof: Proof) -> None:
    """Pings cause pongs, which are never read; fragments never complete a message, and so are not counted."""
    before = resident(target.api.pid)
    data = FLOODS[kind]()
    block = data * (2**16 // len(data))

    async def flood() -> tuple[bool, int]:
        """Return whether the server closed the connection, and after how many bytes."""
        async with open_websocket(target.url) as connection:
            if kind == "fragments":
                await connection.send(frame(TEXT, last=False))
            for sent in range(64 * MIB // len(block)):
                if not await asyncio.wait_for(connection.send(block), 10):
                    return True, sent * len(block)
            return False, 64 * MIB

    ended = [await flood() for _ in range(proof.times(10, 1))]
    grown = resident(target.api.pid) - before
    proof.row(
        f"64 MB of {kind} at full speed, from a client that does not read",
        len(ended),
        "each cut off; at most 32 MB larger",
        f"{[closed for closed, _ in ended].count(True)} cut off, "
        f"{max(sent for _, sent in ended) / MIB:.1f} MB in flight at most; {grown / MIB:+.0f} MB",
    )
    assert all(closed for closed, _ in ended)
    assert grown < GROWTH
    assert target.deaths == []
