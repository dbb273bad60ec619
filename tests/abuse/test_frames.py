"""Frames that are too large, too many, broken, or nothing that the relay knows."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.abuse.frames import CONTINUATION, PING, PONG, TEXT, frame, shaken
from tests.abuse.hostility import DEEP, MIB
from tests.abuse.place import Place, resident
from tests.proving import Proof

GROWTH = 32 * MIB
LIMIT = 64 * 1024
NOBODY = "01890a5d-0000-7000-8000-000000000000"


def socket(place: Place) -> connect:
    return connect(f"{place.url.replace('http', 'ws', 1)}/ws", compression=None, proxy=None, max_size=None)


LIVES: dict[str, str | bytes] = {
    "nothing": "",
    "broken JSON": '{"action": "ping"',
    "no object": "[]",
    "a number": "9" * 1000,
    "NaN": "NaN",
    "no action": "{}",
    "an unknown action": '{"action": "explode"}',
    "an unknown field": '{"action": "ping", "x": 1}',
    "no project": '{"action": "subscribe", "project_id": "x"}',
    "a project that nobody has": json.dumps({"action": "subscribe", "project_id": NOBODY}),
    "since below zero": json.dumps({"action": "subscribe", "project_id": NOBODY, "since": -1}),
    "since beyond numbers": json.dumps({"action": "subscribe", "project_id": NOBODY, "since": 2**70}),
    "since that is a text": json.dumps({"action": "subscribe", "project_id": NOBODY, "since": "0"}),
    "what is not followed": json.dumps({"action": "unsubscribe", "project_id": NOBODY}),
    "nested 10,000 deep": "[" * DEEP + "]" * DEEP,
    "NUL": '{"action": "a\\u0000"}',
    "a lone surrogate": '{"action": "\\ud800"}',
    "binary": b"\x00\xff",
    "the largest that may be": "x" * LIMIT,
}
"""The socket lives on after each of these, and says what was wrong."""

CLOSES: dict[str, tuple[bytes, int]] = {
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
"""The socket is closed after each of these, with this code."""


async def closed_with(client: ClientConnection) -> int | None:
    """The code with which the server closes."""
    async with asyncio.timeout(15):
        try:
            while True:
                await client.recv()
        except ConnectionClosed:
            return client.close_code


@pytest.mark.item(19)
async def test_a_frame_that_says_nothing_is_told_so_and_the_socket_lives(place: Place, proof: Proof) -> None:
    seen: Counter[str] = Counter()
    for _ in range(proof.times(20, 1)):
        async with socket(place) as client:
            for name, data in proof.random.sample(sorted(LIVES.items()), len(LIVES)):
                await client.send(data)
                answer = json.loads(await asyncio.wait_for(client.recv(), 10))
                seen[answer["event_type"]] += 1
                assert answer["event_type"] == "error", name
                assert answer["data"]["code"], name
            await client.send('{"action": "ping"}')
            assert json.loads(await client.recv())["event_type"] == "pong"
    proof.row(
        f"{len(LIVES)} kinds of frames that say nothing: broken JSON, binary, nested 10,000 deep, unknown",
        seen.total(),
        "an error frame each, and the socket lives",
        ", ".join(f"{name} x {count}" for name, count in seen.items()),
    )


@pytest.mark.item(19)
async def test_a_frame_that_is_too_large_or_broken_closes_its_socket(place: Place, proof: Proof) -> None:
    before, rounds = resident(place.api.pid), proof.times(10, 1)
    seen: dict[str, Counter[int]] = {name: Counter() for name in CLOSES}
    for _ in range(rounds):
        for name, (data, _) in proof.random.sample(sorted(CLOSES.items()), len(CLOSES)):
            async with shaken(place.url) as connection:
                sending = asyncio.create_task(connection.send(data))
                seen[name][await connection.close_code()] += 1
                await sending
    grown = resident(place.api.pid) - before
    codes = sum(seen.values(), Counter())
    proof.row(
        f"{len(CLOSES)} kinds of frames that are too large (65 KB, 16 MB, in fragments) or break the protocol",
        codes.total(),
        "closed with 1009, 1007 or 1002; not over 32 MB larger",
        f"{', '.join(f'{code} x {count}' for code, count in sorted(codes.items()))}; {grown / MIB:+.0f} MB",
    )
    assert seen == {name: Counter({code: rounds}) for name, (_, code) in CLOSES.items()}
    assert grown < GROWTH
    assert place.deaths == []


@pytest.mark.item(19)
async def test_a_thousand_frames_a_second_close_their_socket(place: Place, proof: Proof) -> None:
    count = proof.times(20, 3)
    seen: Counter[int | None] = Counter()
    for _ in range(count):
        async with socket(place) as client:
            closing = asyncio.create_task(closed_with(client))
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
async def test_a_flood_from_a_client_that_does_not_read_is_cut_off(kind: str, place: Place, proof: Proof) -> None:
    """Pings make pongs, which nobody takes; fragments make no message, which nobody counts."""
    before = resident(place.api.pid)
    one = FLOODS[kind]()
    block = one * (2**16 // len(one))

    async def flood() -> tuple[bool, int]:
        """Whether it was ended, and after how many bytes."""
        async with shaken(place.url) as connection:
            if kind == "fragments":
                await connection.send(frame(TEXT, last=False))
            for sent in range(64 * MIB // len(block)):
                if not await asyncio.wait_for(connection.send(block), 10):
                    return True, sent * len(block)
            return False, 64 * MIB

    ended = [await flood() for _ in range(proof.times(10, 1))]
    grown = resident(place.api.pid) - before
    proof.row(
        f"64 MB of {kind} as fast as they go, from a client that does not read",
        len(ended),
        "cut off, each; not over 32 MB larger",
        f"{[one for one, _ in ended].count(True)} cut off, "
        f"{max(sent for _, sent in ended) / MIB:.1f} MB on their way at most; {grown / MIB:+.0f} MB",
    )
    assert all(one for one, _ in ended)
    assert grown < GROWTH
    assert place.deaths == []
