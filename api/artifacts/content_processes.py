"""Processes beside the API that work on the content of artifacts: one that takes too long is ended, and meanwhile the
API answers everybody else."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

import structlog

from api.artifacts.content_worker import HEAD

log = structlog.get_logger(__name__)

PROCESSES = 3
"""At once, each of some 40 MB; they start when they are needed, and stay."""
CPU_SECONDS = 4.0
"""Of the processor, for one job. Rendering stops by itself after one; only hostile content takes more."""
WAIT_SECONDS = 1.0
"""How long a job waits for a process while others keep them all busy."""
ANSWER_SECONDS = 15.0
"""How long a process may take, on a machine that has no time for it."""

CHECKOUT = Path(__file__).resolve().parents[2]

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class BusyError(Exception):
    """Other content keeps the processes busy, or the machine has no time: the job may be done later."""


class ExhaustedError(Exception):
    """The job takes more of the processor or of the memory than any may: it never will be done."""


class ContentProcesses:
    """Up to `most` processes, which end with the API. Content that keeps one busy does not hold up another's."""

    def __init__(self, most: int = PROCESSES) -> None:
        self._free = asyncio.Semaphore(most)
        self._idle: list[asyncio.subprocess.Process] = []
        self._running: set[asyncio.subprocess.Process] = set()

    async def run(self, function: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """What the function returns, a module's own, whose arguments and result can be pickled.

        Raises:
            BusyError, ExhaustedError: it was not done.
            Exception: whatever the function raises.
        """
        job = pickle.dumps((function, arguments))
        async with self._process() as process:
            done, result = pickle.loads(await _answered(process, job))  # noqa: S301 - of our own process
        if not done:
            raise result
        answer: T = result
        return answer

    async def close(self) -> None:
        """End the processes, whatever they do."""
        for process in tuple(self._running):
            await self._end(process)

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process for one job; whatever comes between ends it, and another takes its place."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError from None
        try:
            process = self._found() or await self._started()
            try:
                yield process
            except BaseException:
                await asyncio.shield(self._end(process))
                raise
            self._idle.append(process)
        finally:
            self._free.release()

    def _found(self) -> asyncio.subprocess.Process | None:
        """One that has nothing to do; the system may have ended it meanwhile."""
        while self._idle:
            if (process := self._idle.pop()).returncode is None:
                return process
            self._running.discard(process)
        return None

    async def _started(self) -> asyncio.subprocess.Process:
        path = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "api.artifacts.content_worker", str(CPU_SECONDS)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
        )
        self._running.add(process)
        return process

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        self._running.discard(process)
        with suppress(ValueError):
            self._idle.remove(process)
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _answered(process: asyncio.subprocess.Process, job: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            process.stdin.writelines((HEAD.pack(len(job)), job))
            await process.stdin.drain()
            head: Any = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
            return await process.stdout.readexactly(*head)
    except TimeoutError:
        log.warning("content_process_ended", reason=f"no answer within {ANSWER_SECONDS:g} s")
        raise BusyError from None
    except (asyncio.IncompleteReadError, ConnectionError):
        log.warning("content_process_ended", reason="its job took more than any may")
        raise ExhaustedError from None
