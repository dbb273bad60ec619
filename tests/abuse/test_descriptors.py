"""Few file descriptors and many clients: calls are answered, and sockets are refused with a reason."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from api.server import limits
from cli.stack.ports import free_port
from config import open_files
from tests.checkout import CHECKOUT
from tests.proving import Proof
from tests.signing_in import AUTHORIZATION, ENVIRONMENT, signed_in
from tests.waiting import eventually

HARD, SOFT = 160, 64
AT_ONCE = 8
PROGRAM = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
runpy.run_module("api", run_name="__main__")
"""


@asynccontextmanager
async def limited(folder: Path) -> AsyncIterator[tuple[int, str]]:
    """Start an API without servers and with few file descriptors. Yields its process id and URL."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM.format(soft=SOFT, hard=HARD)),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), "BOTARMY_PORT": str(port), **ENVIRONMENT},
        stderr=asyncio.subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"

    async def is_ready() -> bool:
        assert process.returncode is None
        try:
            await assert_calls_are_answered(url)
        except httpx2.TransportError:
            return False
        return True

    try:
        await eventually(is_ready)
        yield process.pid, url
    finally:
        process.kill()
        await process.wait()


async def assert_calls_are_answered(url: str) -> None:
    """Check that ten new clients at once are answered."""

    async def call(path: str) -> None:
        async with signed_in(url, timeout=30) as http:
            assert (await http.get(path)).status_code == 200

    await asyncio.gather(*(call(path) for path in ("/health/", "/api/v1/pipelines/") * 5))


async def open_socket(url: str, kept: list[ClientConnection]) -> str:
    """Open a socket and return the outcome; an accepted one is appended to `kept`."""
    try:
        socket = await connect(
            f"{url.replace('http', 'ws', 1)}/ws",
            compression=None,
            proxy=None,
            open_timeout=30,
            additional_headers=AUTHORIZATION,
        )
    except InvalidStatus as error:
        return str(error.response.status_code)
    try:
        await socket.send('{"action": "ping"}')
        await socket.recv()
    except ConnectionClosed as error:
        return str(error.rcvd.code if error.rcvd else 0)
    kept.append(socket)
    return "accepted"


@pytest.mark.item(19)
@pytest.mark.skipif(sys.platform != "linux", reason="prlimit")
async def test_calls_are_answered_despite_many_sockets(tmp_path: Path, proof: Proof) -> None:
    async with limited(tmp_path) as (pid, url):
        assert resource.prlimit(pid, resource.RLIMIT_NOFILE) == (HARD, HARD)
        most = limits.max_websockets(HARD)
        assert most == 64
        kept: list[ClientConnection] = []
        seen = Counter[str]()
        for _ in range(3 * most // AT_ONCE):
            seen.update(await asyncio.gather(*(open_socket(url, kept) for _ in range(AT_ONCE))))
        assert seen["accepted"] == most
        assert set(seen) <= {"accepted", "4013", "503"}
        assert seen["4013"] > 0
        await assert_calls_are_answered(url)
        idle = [await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2])) for _ in range(2 * HARD)]
        await assert_calls_are_answered(url)
        for _, writer in idle:
            writer.transport.abort()
        await kept.pop().close()

        async def is_accepted() -> bool:
            return await open_socket(url, kept) == "accepted"

        await eventually(is_accepted)
        proof.row(
            f"{3 * most} sockets and {len(idle)} idle connections to an API that may open {HARD} files",
            seen.total() + len(idle),
            "calls are answered; sockets are accepted up to the limit, and then refused with 4013 or 503",
            ", ".join(f"{outcome} x {count}" for outcome, count in seen.items()),
        )
        await asyncio.gather(*(each.close() for each in kept))


@contextmanager
def soft(limit: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_soft_limit_is_raised_to_the_hard_limit() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with soft(256 if hard == resource.RLIM_INFINITY else min(256, hard)):
        raised = open_files.raise_open_file_limit()
        assert raised == (open_files.NO_LIMIT if hard == resource.RLIM_INFINITY else hard)
        assert open_files.raise_open_file_limit() == raised == open_files.open_file_limit()


def test_descriptors_are_reserved_for_calls_at_every_limit() -> None:
    for limit in (64, 96, 128, 256, 1024, 2**20):
        sockets, clients = limits.max_websockets(limit), limits.max_connections(limit)
        assert 0 <= sockets < clients <= limit
        assert sockets == 0 or clients - sockets >= 32
    assert limits.max_websockets(1024) == 768
    assert limits.max_websockets(4096) > 1000
