"""Request bodies and headers that are too large, too deep, too slow or of the wrong kind."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.abuse.hostile_bodies import HOSTILE, JSON, MIB
from tests.abuse.raw_connection import Connection
from tests.abuse.target import Target, resident
from tests.api_client import UNKNOWN_ID, V1, start, wait_for_request
from tests.proving import Proof
from tests.waiting import eventually

GROWTH = 64 * MIB
"""How much the API may grow: its allocator keeps the memory of freed bodies for a while."""
KINDS = (None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json")


@dataclass(frozen=True)
class BodyEndpoints:
    """Method and path of all calls that take a body, with existing ids."""

    calls: list[tuple[str, str]]

    def of(self, number: int) -> tuple[str, str]:
        return self.calls[number % len(self.calls)]


@pytest_asyncio.fixture(scope="module")
async def endpoints(target: Target) -> AsyncIterator[BodyEndpoints]:
    async with target.client() as http:
        project = await start(http, oversight="high")
        request = await wait_for_request(http, project, "discovery")
        stop = await http.post(f"{V1}/stops/", json={"scope": "project", "project_id": project, "reason": "Abused."})
        assert stop.status_code == 201, stop.text
        ids = {
            "project_id": project,
            "request_id": request["request_id"],
            "stop_id": stop.json()["stop_id"],
            "principal_id": UNKNOWN_ID,
            "context_id": UNKNOWN_ID,
            "group": "nobody",
        }
        document = (await http.get("/openapi.json")).json()
    yield BodyEndpoints(
        [
            (method.upper(), path.format(**ids))
            for path, methods in document["paths"].items()
            for method, call in methods.items()
            if "requestBody" in call
        ]
    )


@pytest.mark.item(19)
async def test_a_hostile_body_is_refused(target: Target, endpoints: BodyEndpoints, proof: Proof) -> None:
    rounds = proof.times(5, 1)
    before, pid = resident(target.api.pid), target.api.pid
    expected: Counter[tuple[str, int]] = Counter()
    seen: Counter[tuple[str, int]] = Counter()
    async with target.client() as http:
        for _ in range(rounds):
            for name, (body, status) in proof.random.sample(sorted(HOSTILE.items()), len(HOSTILE)):
                for method, path in endpoints.calls:
                    expected[name, status] += 1
                    seen[name, (await http.request(method, path, content=body, headers=JSON)).status_code] += 1
            for kind in KINDS:
                for method, path in endpoints.calls:
                    headers = {"Content-Type": kind} if kind else {}
                    expected[f"called {kind}", 415] += 1
                    answer = await http.request(method, path, content=b'{"action": "approve"}', headers=headers)
                    seen[f"called {kind}", answer.status_code] += 1
            for method, path in endpoints.calls:
                expected["10 MB in chunks", 413] += 1
                answer = await http.request(method, path, content=_chunks(), headers=JSON)
                seen["10 MB in chunks", answer.status_code] += 1
        assert (await http.get("/health/")).status_code == 200
    grown = resident(target.api.pid) - before
    by_status: Counter[int] = Counter()
    for (_, status), count in seen.items():
        by_status[status] += count
    proof.row(
        f"{len(HOSTILE) + len(KINDS) + 1} kinds of hostile bodies to each of {len(endpoints.calls)} calls",
        expected.total(),
        "413, 415 or 422 each; the same process, at most 64 MB larger",
        ", ".join(f"{status} x {count}" for status, count in sorted(by_status.items()))
        + f"; {len(target.deaths)} restarts, {grown / MIB:+.0f} MB",
    )
    assert seen == expected
    assert (target.deaths, target.api.pid) == ([], pid)
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
async def test_a_malformed_request_is_refused(target: Target, endpoints: BodyEndpoints, proof: Proof) -> None:
    seen: dict[str, int] = {}
    for name, (fields, body, _) in BROKEN.items():
        async with Connection.opened(target.url) as connection:
            await connection.send(connection.head(*endpoints.of(0), *fields) + body)
            seen[name] = await connection.status()
    proof.row(
        "malformed requests (two lengths, a length and chunks, chunks without a size, NUL in a header)",
        len(BROKEN),
        "400 each",
        ", ".join(f"{status} x {count}" for status, count in sorted(Counter(seen.values()).items())),
    )
    assert {name: status for name, status in seen.items() if status not in BROKEN[name][2]} == {}


@pytest.mark.item(19)
async def test_a_slow_body_times_out(target: Target, endpoints: BodyEndpoints, proof: Proof) -> None:
    """The target's limit is 2 s; the default is 60 s."""
    count = proof.times(300, 40)
    body = json.dumps({"name": "Slow", "description": "x" * 1000}).encode()

    async def slow(number: int) -> int:
        async with Connection.opened(target.url) as connection:
            await connection.send(connection.head(*endpoints.of(number), f"Content-Length: {len(body)}"))
            dripping = asyncio.create_task(connection.drip(body, 0.2))
            try:
                status = await connection.status(within=15)
                return status if await connection.ended(within=5) else -status
            finally:
                dripping.cancel()

    started = asyncio.get_running_loop().time()
    seen = Counter(await asyncio.gather(*map(slow, range(count))))
    took = asyncio.get_running_loop().time() - started
    proof.row(
        "simultaneous bodies, a byte at a time, with a limit of 2 s",
        count,
        "408 and a closed connection each",
        f"{', '.join(f'{status} x {number}' for status, number in seen.items())}; the last after {took:.1f} s",
    )
    assert set(seen) <= {408, 0}
    # On a busy machine a connection may be closed before its response is sent.
    assert seen[408] >= (count if proof.is_full else 0.9 * count)


@pytest.mark.item(19)
async def test_an_endless_or_missing_head_is_cut_off(target: Target, proof: Proof) -> None:
    """Slow: a byte at a time, or nothing at all. Fast: without end."""
    before = resident(target.api.pid)

    async def silent() -> bool:
        async with Connection.opened(target.url) as connection:
            return await connection.ended(within=15)

    async def slow() -> bool:
        async with Connection.opened(target.url) as connection:
            dripping = asyncio.create_task(connection.drip(b"GET / HTTP/1.1\r\nX-Slow: " + b"x" * 500, 0.1))
            try:
                return await connection.ended(within=15)
            finally:
                dripping.cancel()

    async def endless(line: bytes) -> bool:
        async with Connection.opened(target.url) as connection:
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
    grown = resident(target.api.pid) - before
    proof.row(
        "connections that send no request, a head a byte at a time, or an endless head (64 MB)",
        len(ended),
        "each closed; at most 64 MB larger",
        f"{ended.count(True)} closed; {grown / MIB:+.0f} MB",
    )
    assert all(ended)
    assert grown < GROWTH


@pytest.mark.item(19)
async def test_a_client_that_sends_on_after_the_response_is_cut_off(
    target: Target, endpoints: BodyEndpoints, proof: Proof
) -> None:
    """The response is sent at the size limit; a client that ignores it is not read forever."""

    async def endless(number: int) -> tuple[int, bool]:
        async with Connection.opened(target.url) as connection:
            await connection.send(connection.head(*endpoints.of(number), "Transfer-Encoding: chunked"))
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
        "endless bodies, continued after the response",
        count,
        "413 and a closed connection",
        ", ".join(f"{status}, {'closed' if ended else 'open'} x {number}" for (status, ended), number in seen.items()),
    )
    assert seen == {(413, True): count}


@pytest.mark.item(19)
async def test_a_client_that_disconnects_in_the_middle_of_a_body_leaves_nothing(
    target: Target, endpoints: BodyEndpoints, proof: Proof
) -> None:
    count = proof.times(500, 50)

    async def leave(number: int) -> None:
        async with Connection.opened(target.url) as connection:
            await connection.send(connection.head(*endpoints.of(number), "Content-Length: 5000") + b'{"name": "x')
            await asyncio.sleep(proof.random.random() / 10)

    def connections() -> int:
        return len(target.connections(target.api))

    before = connections()
    for _ in range(count // 50):
        await asyncio.gather(*map(leave, range(50)))

    async def no_connection_is_left() -> bool:
        return connections() <= before

    await eventually(no_connection_is_left, 10)
    async with target.client() as http:
        assert (await http.get(f"{V1}/projects/")).status_code == 200
    proof.row(
        "clients that disconnect in the middle of a body",
        count,
        "no connection left, no error",
        f"{connections() - before} left, {target.log(target.api).count('request_failed')} errors",
    )
    assert "request_failed" not in target.log(target.api)
    assert target.deaths == []
