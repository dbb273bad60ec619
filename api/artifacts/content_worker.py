"""`python -m api.artifacts.content_worker SECONDS`: does one job after the other on content, for `ContentProcesses`.

What people and agents write may be made to keep a regular expression, a parser or a loop busy without end, and C code
that holds the interpreter's lock can be stopped by nothing but the end of its process. The kernel ends this one where a
job takes more of the processor or of the memory than it may.
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
"""Of address space."""
NICE = 5
"""Whoever answers calls goes first."""

HEAD = struct.Struct("!Q")
"""The length of a pickle, before it."""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal; the API ends us by closing standard input
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # where less is allowed already
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(NICE)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what prints is no answer
    seconds = float(sys.argv[1])
    while (job := _received(sys.stdin.buffer)) is not None:
        answer = _done(job, seconds)
        answers.write(HEAD.pack(len(answer)) + answer)
        answers.flush()


def _done(job: bytes, seconds: float) -> bytes:
    """The job's result, or what it raised; it may take so many seconds of the processor."""
    function, arguments = pickle.loads(job)  # noqa: S301 - of the API that started us
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return pickle.dumps((True, function(*arguments)))
    except MemoryError:
        os._exit(1)  # as if the kernel had ended it
    except Exception as error:
        return pickle.dumps((False, _portable(error)))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _portable(error: Exception) -> Exception:
    """The error, or one that says the same where it would not survive the way."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _received(stream: BinaryIO) -> bytes | None:
    head = stream.read(HEAD.size)
    return stream.read(*HEAD.unpack(head)) if len(head) == HEAD.size else None


if __name__ == "__main__":
    main()
