"""Starts the launcher as a process, sends it a request and reads the result."""

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
from sandbox.launcher.protocol import RunRequest, RunResult

# Neither -I nor -E: some Pythons need PYTHONHOME, and the environment holds nothing else.
_FLAGS = ("-P", "-s", "-S", *(["-B"] if sys.dont_write_bytecode else []))
# It ends soon: what it leaves for the garbage collector is not worth the collector's time.
_LAUNCH = "import gc, sys; gc.disable(); sys.path.insert(0, sys.argv[1]); from launcher.supervisor import main; main()"
_HERE = str(Path(__file__).parent)

PYTHON = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
"""This Python without its virtual environment: sandboxed code has the standard library and nothing else."""

_PASSED_ON = ("PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Variables without which some Pythons do not start."""

# What the launcher may take beyond the run itself, to set up the confinement and to clean up.
_GRACE = 15.0


async def launch(request: RunRequest) -> RunResult:
    """Run a request in a new temporary folder (`request.folder` is replaced). Cancelling ends all its processes.

    Raises:
        SandboxError: the sandbox could not be started, or failed.
    """
    try:
        folder = tempfile.mkdtemp(prefix="botarmy-sandbox-")
    except OSError as error:
        raise SandboxError(
            f"The sandbox has no folder to work in ({error}). Set TMPDIR to a folder that can be written."
        ) from error
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(*_FLAGS, "-c", _LAUNCH, _HERE),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env={name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)},
            cwd="/",
            start_new_session=True,
        )
        try:
            return await asyncio.wait_for(
                _exchange(process, request._replace(folder=folder)), request.limits.seconds + _GRACE
            )
        finally:
            await asyncio.shield(_stop(process))
    except TimeoutError as error:
        raise SandboxError("The sandbox did not end in time.") from error
    except OSError as error:
        raise SandboxError(f"The sandbox did not start: {error}.") from error
    finally:
        await asyncio.shield(_remove(Path(folder)))


async def _remove(folder: Path) -> None:
    """Remove the folder if the launcher was killed before it could."""
    if os.access(folder, os.F_OK):
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _exchange(process: Process, request: RunRequest) -> RunResult:
    """Send the request and read the result. Stdin stays open: closing it would cancel the run."""
    assert process.stdin
    assert process.stdout
    assert process.stderr
    with suppress(ConnectionError):
        process.stdin.write(request.dumps() + b"\n")
        await process.stdin.drain()
    reply, errors = await asyncio.gather(process.stdout.read(), process.stderr.read())
    try:
        return RunResult.loads(reply)
    except (ValueError, TypeError) as error:
        last_line = errors.decode(errors="replace").strip().splitlines()[-1:]
        raise SandboxError(f"The sandbox did not start: {' '.join(last_line) or 'no error message'}") from error


async def _stop(process: Process) -> None:
    """Close the launcher's stdin, on which it cleans up and exits; kill it if it does not."""
    assert process.stdin
    process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _GRACE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
