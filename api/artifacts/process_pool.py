"""A pool of subprocesses with a deadline, for work on the content of artifacts.

`concurrent.futures.ProcessPoolExecutor` cannot kill the one process whose job takes too long. Here hostile content
costs one process at most, and the event loop of the API stays free for other clients.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from api.artifacts.pool_worker import LENGTH_PREFIX

log = structlog.get_logger(__name__)

MAX_PROCESSES = 3
"""Of some 40 MB each. They start on demand and are reused."""
CPU_SECONDS = 4.0
"""The processor time of one job. A rendering stops by itself after one second; only hostile content takes more."""
WAIT_SECONDS = 1.0
"""How long a job waits for a free process."""
RESULT_SECONDS = 15.0
"""How long a process may take by the clock: an overloaded machine may give it no processor time."""

CHECKOUT = Path(__file__).resolve().parents[2]

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class PoolBusyError(Exception):
    """No process was free, or the machine is overloaded. The job may succeed later."""


class JobLimitError(Exception):
    """The job needs more processor time or memory than the limit. It will never succeed."""


class ProcessPool:
    """Up to `size` processes, which end with the API. One job waits for others only if all processes are busy, or all
    but one with jobs of the same person."""

    def __init__(self, size: int = MAX_PROCESSES) -> None:
        self._free = asyncio.Semaphore(size)
        self._most_each = max(1, size - 1)
        self._shares: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()
        self._idle: list[asyncio.subprocess.Process] = []
        self._alive: set[asyncio.subprocess.Process] = set()

    async def run(self, function: Callable[[*Arguments], T], *arguments: *Arguments, person: UUID | None = None) -> T:
        """Call a module-level function in a process and return its result. Arguments and result must be picklable.
        `person` is who asks, if that is known: nobody occupies all processes.

        Raises:
            PoolBusyError, JobLimitError: the function did not finish.
            Exception: whatever the function raises.
        """
        job = pickle.dumps((function, arguments))
        async with self._place(person), self._process() as process:
            succeeded, result = pickle.loads(await _exchange(process, job))  # noqa: S301 - from our own process
        if not succeeded:
            raise result
        value: T = result
        return value

    async def close(self) -> None:
        """Kill the processes, whatever they are doing."""
        for process in tuple(self._alive):
            await self._kill(process)

    @asynccontextmanager
    async def _place(self, person: UUID | None) -> AsyncIterator[None]:
        """Take a place of the person, and one of all."""
        share = self._shares.setdefault(person, asyncio.Semaphore(self._most_each)) if person else None
        async with AsyncExitStack() as taken:
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    if share is not None:
                        await taken.enter_async_context(share)
                    await taken.enter_async_context(self._free)
            except TimeoutError:
                raise PoolBusyError from None
            yield

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Reserve a process for one job. It is killed if the job fails or is cancelled, and reused otherwise."""
        process = self._pop_idle() or await self._start()
        try:
            yield process
        except BaseException:
            await asyncio.shield(self._kill(process))
            raise
        self._idle.append(process)

    def _pop_idle(self) -> asyncio.subprocess.Process | None:
        """Return an idle process that the system has not killed in the meantime."""
        while self._idle:
            if (process := self._idle.pop()).returncode is None:
                return process
            self._alive.discard(process)
        return None

    async def _start(self) -> asyncio.subprocess.Process:
        path = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "api.artifacts.pool_worker", str(CPU_SECONDS)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
        )
        self._alive.add(process)
        return process

    async def _kill(self, process: asyncio.subprocess.Process) -> None:
        with suppress(ValueError):
            self._idle.remove(process)
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        self._alive.discard(process)  # not before: `close` waits for those that a cancelled job is killing


async def _exchange(process: asyncio.subprocess.Process, job: bytes) -> bytes:
    """Send the job and return the pickled result."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(RESULT_SECONDS):
            process.stdin.writelines((LENGTH_PREFIX.pack(len(job)), job))
            await process.stdin.drain()
            prefix = await process.stdout.readexactly(LENGTH_PREFIX.size)
            length: Any = LENGTH_PREFIX.unpack(prefix)
            return await process.stdout.readexactly(*length)
    except TimeoutError:
        log.warning("pool_process_killed", reason=f"no result within {RESULT_SECONDS:g} s")
        raise PoolBusyError from None
    except (asyncio.IncompleteReadError, ConnectionError):
        log.warning("pool_process_killed", reason="the job exceeded its limit of processor time or memory")
        raise JobLimitError from None
