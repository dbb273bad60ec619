"""The launcher's process, as the worker's event loop sees it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.launcher.order import Ending, Order

# Neither -I nor -E: a Python that needs PYTHONHOME is to get it, and it is all that there is of an environment.
_FLAGS = ("-P", "-s", "-S", "-B")
_LAUNCH = "import sys; sys.path.insert(0, sys.argv[1]); from launcher.supervisor import main; main()"
_HERE = str(Path(__file__).parent)

PYTHON = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
"""This Python without its virtual environment: what runs in the cage has the standard library and nothing else."""

_NEEDED = ("PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Variables without which some Pythons do not start."""

# What the launcher may take beyond the run itself, to build the cage and to sweep it.
_GRACE = 15.0


async def carry_out(order: Order) -> Ending:
    """Carry out an order, in a fresh folder whatever `order.folder` says. When this is cancelled, nothing runs on.

    Raises:
        SandboxError: the sandbox could not be started, or broke.
    """
    try:
        folder = tempfile.mkdtemp(prefix="botarmy-sandbox-")
    except OSError as error:
        raise SandboxError(
            f"The sandbox has no folder to work in ({error}); TMPDIR names one that can be used."
        ) from error
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(*_FLAGS, "-c", _LAUNCH, _HERE),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={name: os.environ[name] for name in _NEEDED if os.environ.get(name)},
            cwd="/",
            start_new_session=True,
        )
        try:
            return await asyncio.wait_for(
                _ending(process, order._replace(folder=folder)), order.limits.seconds + _GRACE
            )
        finally:
            await asyncio.shield(_end(process))
    except TimeoutError as error:
        raise SandboxError("The sandbox did not end when it should have.") from error
    except OSError as error:
        raise SandboxError(f"The sandbox did not start: {error}.") from error
    finally:
        await asyncio.shield(_remove(Path(folder)))


async def _remove(folder: Path) -> None:
    """Remove what a launcher that was killed has left; any other has removed its folder itself."""
    if os.access(folder, os.F_OK):
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _ending(process: Process, order: Order) -> Ending:
    """Hand over the order and read the ending. Stdin stays open meanwhile: closing it would cancel the run."""
    assert process.stdin
    assert process.stdout
    assert process.stderr
    with suppress(ConnectionError):
        process.stdin.write(order.dumps() + b"\n")
        await process.stdin.drain()
    answer, complaint = await asyncio.gather(process.stdout.read(), process.stderr.read())
    try:
        return Ending.loads(answer)
    except (ValueError, TypeError) as error:
        last_words = complaint.decode(errors="replace").strip().splitlines()[-1:]
        raise SandboxError(f"The sandbox did not start: {' '.join(last_words) or 'it said nothing'}") from error


async def _end(process: Process) -> None:
    """See the launcher end: its closed stdin tells it to sweep and go; one that does not is killed."""
    assert process.stdin
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _GRACE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
