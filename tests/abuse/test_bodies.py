"""Bodies, and the heads before them, that are too large, too deep, too slow, or nothing of the kind that is wanted."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.abuse.hostility import HOSTILE, JSON, MIB
from tests.abuse.place import Place, resident
from tests.abuse.projects import V1, asked, start
from tests.abuse.raw import Connection
from tests.proving import Proof
from tests.waiting import eventually

GROWTH = 64 * MIB
"""How much larger the API may be after all of it: bodies that it has let go of stay with its allocator for a while."""
KINDS = (None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json")


@dataclass(frozen=True)
class Doors:
    """Every call that takes a body, with ids of what is there."""

    paths: list[str]


@pytest_asyncio.fixture(scope="module")
async def doors(place: Place) -> AsyncIterator[Doors]:
    async with place.client() as http:
        project = await start(http, oversight="high")
        request = await asked(http, project, "discovery")
        ids = {"project_id": project, "request_id": request["request_id"]}
        document = (await http.get("/openapi.json")).json()
    takers = [path for path, calls in document["paths"].items() if "requestBody" in calls.get("post", {})]
    yield Doors([path.format(**ids) for path in takers])


@pytest.mark.item(19)
async def test_a_hostile_body_is_refused(place: Place, doors: Doors, proof: Proof) -> None:
    rounds = proof.times(5, 1)
    before, pid = resident(place.api.pid), place.api.pid
    expected: Counter[tuple[str, int]] = Counter()
    seen: Counter[tuple[str, int]] = Counter()
    async with place.client() as http:
        for _ in range(rounds):
            for name, (body, status) in proof.random.sample(sorted(HOSTILE.items()), len(HOSTILE)):
                for path in doors.paths:
                    expected[name, status] += 1
                    seen[name, (await http.post(path, content=body, headers=JSON)).status_code] += 1
            for kind in KINDS:
                for path in doors.paths:
                    headers = {"Content-Type": kind} if kind else {}
                    expected[f"called {kind}", 415] += 1
                    answer = await http.post(path, content=b'{"action": "approve"}', headers=headers)
                    seen[f"called {kind}", answer.status_code] += 1
            for path in doors.paths:
                expected["10 MB in chunks", 413] += 1
                seen["10 MB in chunks", (await http.post(path, content=_chunks(), headers=JSON)).status_code] += 1
        assert (await http.get("/health/")).status_code == 200
    grown = resident(place.api.pid) - before
    by_status: Counter[int] = Counter()
    for (_, status), count in seen.items():
        by_status[status] += count
    proof.row(
        f"{len(HOSTILE) + len(KINDS) + 1} kinds of hostile bodies to each of {len(doors.paths)} calls",
        expected.total(),
        "413, 415 or 422 each; the same process, not over 64 MB larger",
        ", ".join(f"{status} x {count}" for status, count in sorted(by_status.items()))
        + f"; {len(place.deaths)} restarts, {grown / MIB:+.0f} MB",
    )
    assert seen == expected
    assert (place.deaths, place.api.pid) == ([], pid)
    assert grown < GROWTH


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(160):
        yield b"x" * 2**16


BROKEN: dict[str, tuple[tuple[str, ...], bytes, set[int]]] = {
    "two lengths": (("Content-Length: 2", "Content-Length: 20"), b"{}", {400}),
    "a length and chunks": (("Content-Length: 2", "Transfer-Encoding: chunked"), b"0\r\n\r\n", {400}),
    "a length below zero": (("Content-Length: -1",), b"{}", {400}),
    "a length beyond numbers": ((f"Content-Length: {'9' * 400}",), b"{}", {400, 413}),
    "a chunk of no size": (("Transfer-Encoding: chunked",), b"zz\r\n{}\r\n0\r\n\r\n", {400}),
    "a chunk larger than numbers": (("Transfer-Encoding: chunked",), b"f" * 40 + b"\r\n{}\r\n", {400}),
    "a field with a NUL": (("Content-Length: 2", "X-Nul: a\x00b"), b"{}", {400}),
    "a name with a space": (("Content-Length: 2", "X Y: z"), b"{}", {400}),
}


@pytest.mark.item(19)
async def test_a_broken_request_is_refused_and_the_connection_ended(place: Place, doors: Doors, proof: Proof) -> None:
    seen: dict[str, int] = {}
    for name, (fields, body, _) in BROKEN.items():
        async with Connection.opened(place.url) as connection:
            await connection.send(connection.head("POST", doors.paths[0], *fields) + body)
            seen[name] = await connection.status()
    proof.row(
        "requests that contradict themselves (two lengths, a length and chunks, chunks of no size, NUL in a head)",
        len(BROKEN),
        "400 each",
        ", ".join(f"{status} x {count}" for status, count in sorted(Counter(seen.values()).items())),
    )
    assert {name: status for name, status in seen.items() if status not in BROKEN[name][2]} == {}


@pytest.mark.item(19)
async def test_a_body_a_byte_at_a_time_is_given_up(place: Place, doors: Doors, proof: Proof) -> None:
    """The limit of the place is 2 s, its APIs' own 60."""
    count = proof.times(300, 40)
    body = json.dumps({"name": "Slow", "description": "x" * 1000}).encode()

    async def slow(number: int) -> int:
        async with Connection.opened(place.url) as connection:
            path = doors.paths[number % len(doors.paths)]
            await connection.send(connection.head("POST", path, f"Content-Length: {len(body)}"))
            dripping = asyncio.create_task(connection.drip(body, 0.2))
            try:
                status = await connection.status(within=15)
                return status if await connection.ended(within=5) else -status
            finally:
                dripping.cancel()

    began = asyncio.get_running_loop().time()
    seen = Counter(await asyncio.gather(*map(slow, range(count))))
    took = asyncio.get_running_loop().time() - began
    proof.row(
        "bodies that come a byte at a time, all at once, where 2 s are allowed",
        count,
        "408 and the end of the connection, each",
        f"{', '.join(f'{status} x {number}' for status, number in seen.items())}; the last after {took:.1f} s",
    )
    assert set(seen) <= {408, 0}
    # Where a busy machine stands still for a second just then, a connection is ended before its answer is sent.
    assert seen[408] >= (count if proof.is_full else 0.9 * count)


@pytest.mark.item(19)
async def test_a_head_that_never_ends_is_given_up(place: Place, proof: Proof) -> None:
    """Slowly: a byte at a time, or nothing at all. Fast: without end."""
    before = resident(place.api.pid)

    async def silent() -> bool:
        async with Connection.opened(place.url) as connection:
            return await connection.ended(within=15)

    async def slow() -> bool:
        async with Connection.opened(place.url) as connection:
            dripping = asyncio.create_task(connection.drip(b"GET / HTTP/1.1\r\nX-Slow: " + b"x" * 500, 0.1))
            try:
                return await connection.ended(within=15)
            finally:
                dripping.cancel()

    async def endless(line: bytes) -> bool:
        async with Connection.opened(place.url) as connection:
            await connection.send(b"GET / HTTP/1.1\r\n")
            for _ in range(1000):
                if not await connection.send(line * (2**16 // len(line))):
                    return True
            return False

    count = proof.times(100, 20)
    ended = await asyncio.gather(
        *(silent() for _ in range(count)),
        *(slow() for _ in range(count)),
        *(endless(line) for line in (b"X-Long: x\r\n", b"x") for _ in range(proof.times(10, 2))),
    )
    grown = resident(place.api.pid) - before
    proof.row(
        "connections that send no request, a head a byte at a time, or a head without end (64 MB)",
        len(ended),
        "ended each; not over 64 MB larger",
        f"{ended.count(True)} ended; {grown / MIB:+.0f} MB",
    )
    assert all(ended)
    assert grown < GROWTH


@pytest.mark.item(19)
async def test_who_goes_on_sending_after_the_answer_is_cut_off(place: Place, doors: Doors, proof: Proof) -> None:
    """The answer comes at the limit; a sender that ignores it is not read for ever."""

    async def endless(number: int) -> tuple[int, bool]:
        async with Connection.opened(place.url) as connection:
            path = doors.paths[number % len(doors.paths)]
            await connection.send(connection.head("POST", path, "Transfer-Encoding: chunked"))
            chunk = b"10000\r\n" + b"x" * 2**16 + b"\r\n"

            async def send() -> bool:
                while await connection.send(chunk):
                    await asyncio.sleep(0.01)
                return True

            sending = asyncio.create_task(send())
            status = await connection.status()
            with_deadline = asyncio.wait_for(sending, 15)
            try:
                return status, await with_deadline
            except TimeoutError:
                return status, False

    count = proof.times(10, 2)
    seen = Counter(await asyncio.gather(*map(endless, range(count))))
    proof.row(
        "bodies without end, sent on after the answer",
        count,
        "413, and the end of the connection",
        ", ".join(f"{status}, {'ended' if ended else 'open'} x {number}" for (status, ended), number in seen.items()),
    )
    assert seen == {(413, True): count}


@pytest.mark.item(19)
async def test_a_client_that_leaves_in_the_middle_of_a_body_leaves_nothing(
    place: Place, doors: Doors, proof: Proof
) -> None:
    count = proof.times(500, 50)

    async def leave(number: int) -> None:
        async with Connection.opened(place.url) as connection:
            path = doors.paths[number % len(doors.paths)]
            await connection.send(connection.head("POST", path, "Content-Length: 5000") + b'{"name": "x')
            await asyncio.sleep(proof.random.random() / 10)

    def connections() -> int:
        return len(place.connections(place.api))

    before = connections()
    for _ in range(count // 50):
        await asyncio.gather(*map(leave, range(50)))

    async def none_left() -> bool:
        return connections() <= before

    await eventually(none_left, 10)
    async with place.client() as http:
        assert (await http.get(f"{V1}/projects/")).status_code == 200
    proof.row(
        "clients that leave in the middle of a body",
        count,
        "no connection left, no error",
        f"{connections() - before} left, {place.log(place.api).count('request_failed')} errors",
    )
    assert "request_failed" not in place.log(place.api)
    assert place.deaths == []
