"""Jobs that exceed their limits are killed, and other jobs do not wait for them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
import pytest_asyncio

from api.artifacts import process_pool
from api.artifacts.comparison import Version, compare_versions
from api.artifacts.process_pool import JobLimitError, PoolBusyError, ProcessPool
from api.artifacts.rendering import FragmentCache, RenderSource, render_fragment
from api.errors import ConflictError, InvalidError, NotFoundError
from artifacts.media_types import MARKDOWN
from tests.api.artifacts.rendering.ugly import UGLY, is_shown
from tests.checkout import CHECKOUT

EMPTY_ZIP = b"PK\x05\x06" + bytes(18)

PATIENCE = 100.0
"""Seconds. The machine may be overloaded for a while."""


@pytest_asyncio.fixture
async def pool(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ProcessPool]:
    monkeypatch.setattr(process_pool, "RESULT_SECONDS", PATIENCE)
    monkeypatch.setattr(process_pool, "CPU_SECONDS", 0.5)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))  # so that the processes can import this module
    pool = ProcessPool()
    yield pool
    await pool.close()
    assert not pool_processes()


def pool_processes() -> list[psutil.Process]:
    """The processes of the pools of this process."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):  # it has just ended
            if "api.artifacts.pool_worker" in child.cmdline():
                found.append(child)
    return found


async def run_endless_job(pool: ProcessPool) -> int:
    """Run a regular expression that holds the GIL forever."""
    with pytest.raises(JobLimitError):
        await pool.run(re.fullmatch, "(a+)+b", "a" * 60)
    return 1


async def test_a_process_is_reused(pool: ProcessPool) -> None:
    pids = {await pool.run(os.getpid) for _ in range(3)}
    assert len(pids) == 1
    assert os.getpid() not in pids
    body = os.urandom(20 * 2**20)
    assert await pool.run(bytes.hex, body) == body.hex()


async def test_exceptions_of_a_job_are_raised_to_the_caller(pool: ProcessPool) -> None:
    pid = await pool.run(os.getpid)
    for error, function, arguments in (
        (ValueError, int, ("x",)),
        (ConflictError, compare_versions, (None, Version("x v1", MARKDOWN, b"\xff"))),
        (
            NotFoundError,
            render_fragment,
            (RenderSource("hash", "application/zip", "x", "y"), EMPTY_ZIP),
        ),
    ):
        with pytest.raises(error):
            await pool.run(function, *arguments)
    assert await pool.run(os.getpid) == pid


async def test_an_endless_job_is_killed_and_the_next_job_runs(pool: ProcessPool) -> None:
    started = time.monotonic()
    await asyncio.gather(*(run_endless_job(pool) for _ in range(process_pool.MAX_PROCESSES)))
    assert time.monotonic() - started < PATIENCE / 2
    assert await pool.run(len, b"abc") == 3


async def test_a_job_that_exhausts_memory_is_killed(pool: ProcessPool) -> None:
    with pytest.raises(JobLimitError):
        await pool.run(bytes, 2**31)
    assert await pool.run(len, b"abc") == 3


async def test_a_job_fails_when_all_processes_stay_busy(pool: ProcessPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_pool, "WAIT_SECONDS", 0.05)
    sleeping = [asyncio.create_task(pool.run(time.sleep, 1000)) for _ in range(process_pool.MAX_PROCESSES)]
    while len(pool_processes()) < process_pool.MAX_PROCESSES:
        await asyncio.sleep(0.01)
    with pytest.raises(PoolBusyError):
        await pool.run(len, b"abc")
    for task in sleeping:  # their clients have disconnected
        task.cancel()
    await asyncio.gather(*sleeping, return_exceptions=True)
    assert not pool_processes()
    assert await pool.run(len, b"abc") == 3


async def test_one_person_does_not_keep_others_waiting(pool: ProcessPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_pool, "WAIT_SECONDS", 0.5)
    greedy, other = uuid4(), uuid4()
    most = process_pool.MAX_PROCESSES
    sleeping = [asyncio.create_task(pool.run(time.sleep, 1000, person=greedy)) for _ in range(2 * most)]
    done, sleeping_on = await asyncio.wait(sleeping, timeout=PATIENCE, return_when=asyncio.FIRST_EXCEPTION)
    assert {type(task.exception()) for task in done} == {PoolBusyError}
    monkeypatch.setattr(process_pool, "WAIT_SECONDS", PATIENCE)
    assert await pool.run(len, b"abc", person=other) == 3
    assert len(pool_processes()) == most
    for task in sleeping_on:
        task.cancel()
    await asyncio.gather(*sleeping, return_exceptions=True)
    assert await pool.run(len, b"abc", person=greedy) == 3


async def test_closing_waits_for_the_process_that_a_cancelled_job_is_killing(
    pool: ProcessPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled twice, as by a client that leaves while the server stops, a job does not wait for it any more."""
    killed = asyncio.Event()
    kill = asyncio.subprocess.Process.kill
    ended: list[asyncio.subprocess.Process] = []

    def killing(process: asyncio.subprocess.Process) -> None:
        kill(process)
        ended.append(process)
        killed.set()

    monkeypatch.setattr(asyncio.subprocess.Process, "kill", killing)
    sleeping = asyncio.create_task(pool.run(time.sleep, 1000))
    while not pool_processes():
        await asyncio.sleep(0.01)
    sleeping.cancel()
    await killed.wait()
    sleeping.cancel()
    with suppress(asyncio.CancelledError):
        await sleeping
    await pool.close()
    assert [process.returncode for process in ended] == [-signal.SIGKILL] * len(ended)


async def test_a_sleeping_job_times_out(pool: ProcessPool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await pool.run(len, b"abc") == 3
    monkeypatch.setattr(process_pool, "RESULT_SECONDS", 0.05)
    with pytest.raises(PoolBusyError):
        await pool.run(time.sleep, 1000)
    assert not pool_processes()


async def test_a_killed_process_is_replaced(pool: ProcessPool) -> None:
    pid = await pool.run(os.getpid)
    os.kill(pid, signal.SIGKILL)
    while psutil.pid_exists(pid):
        await asyncio.sleep(0.01)
    assert await pool.run(os.getpid) != pid


KILLED = """\
import asyncio, os, signal
from api.artifacts.process_pool import ProcessPool
async def main():
    print(await ProcessPool().run(os.getpid), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


async def test_processes_end_with_the_api() -> None:
    """However it ends: their stdin is closed."""
    api = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED),
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    # The process of the pool shares the stream of errors, which ends with the last process that has it.
    pid, errors = await asyncio.wait_for(api.communicate(), PATIENCE)
    assert int(pid) != api.pid, errors
    assert api.returncode == -signal.SIGKILL


@pytest.mark.parametrize("name", UGLY)
async def test_an_ugly_artifact_is_shown_without_blocking_the_api(pool: ProcessPool, name: str) -> None:
    media_type, text = UGLY[name]

    async def load() -> bytes:
        return text.encode()

    started = time.thread_time()
    html = await FragmentCache(pool).get(RenderSource(name, media_type, "ugly"), load)
    assert time.thread_time() - started < 1
    assert is_shown(html.decode())


async def test_an_endless_rendering_becomes_text_once(pool: ProcessPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other artifacts render meanwhile, and a second request for this one does not wait again."""
    monkeypatch.setattr("api.artifacts.rendering.fragment_cache.render_fragment", _endless_render)
    fragments = FragmentCache(pool)
    loads = 0

    async def load() -> bytes:
        nonlocal loads
        loads += 1
        return b"a < b"

    hostile, fine = RenderSource("1", MARKDOWN, "hostile"), RenderSource("2", MARKDOWN, "fine")
    slow = asyncio.create_task(fragments.get(hostile, load))
    await asyncio.sleep(0)
    assert b"fine" in await fragments.get(fine, load)
    first = asyncio.create_task(fragments.get(hostile, load))
    await asyncio.sleep(0)
    first.cancel()
    html = await slow
    assert b"a &lt; b" in html
    assert b"too complex" in html
    assert await fragments.get(hostile, load) == html
    assert loads == 2


def _endless_render(source: RenderSource, body: bytes) -> bytes:
    if source.name == "hostile":
        re.fullmatch("(a+)+b", "a" * 60)
    return source.name.encode()


async def test_an_exception_that_cannot_be_pickled_becomes_a_runtime_error(pool: ProcessPool) -> None:
    with pytest.raises(RuntimeError, match="InvalidError"):
        await pool.run(_raise_invalid_error)
    assert await pool.run(len, b"abc") == 3


def _raise_invalid_error() -> None:
    raise InvalidError("content", "is wrong")
