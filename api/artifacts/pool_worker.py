"""`python -m api.artifacts.pool_worker SECONDS`: one process of the `ProcessPool`, which runs jobs one by one.

Content can be made to keep a regular expression, a parser or a loop busy forever, and C code that holds the GIL can
only be stopped by killing its process. The kernel kills this one when a job exceeds its processor time or memory.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import struct
import sys
from contextlib import suppress
from typing import BinaryIO

MEMORY_BYTES = 2**30
"""The address space of one process."""
NICE = 5
"""Lower priority than the processes that serve requests."""

LENGTH_PREFIX = struct.Struct("!Q")
"""Sent before each pickle: its length."""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us, too; the API ends us by closing our stdin
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # a lower limit is in force already
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(NICE)
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # so that a print cannot corrupt a result
    cpu_seconds = float(sys.argv[1])
    while (job := _read_job(sys.stdin.buffer)) is not None:
        result = _run(job, cpu_seconds)
        results.write(LENGTH_PREFIX.pack(len(result)) + result)
        results.flush()


def _run(job: bytes, cpu_seconds: float) -> bytes:
    """Run the job and return `(True, result)` or `(False, exception)`, pickled."""
    function, arguments = pickle.loads(job)  # noqa: S301 - from the API that started us
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        return pickle.dumps((True, function(*arguments)))
    except MemoryError:
        os._exit(1)  # as if the kernel had killed us
    except Exception as error:
        return pickle.dumps((False, _picklable(error)))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _picklable(error: Exception) -> Exception:
    """Return the error, or a RuntimeError with its text if it cannot be pickled and restored."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _read_job(stream: BinaryIO) -> bytes | None:
    prefix = stream.read(LENGTH_PREFIX.size)
    return stream.read(*LENGTH_PREFIX.unpack(prefix)) if len(prefix) == LENGTH_PREFIX.size else None


if __name__ == "__main__":
    main()
