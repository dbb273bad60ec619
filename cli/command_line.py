"""The command line as a whole: what is the same for every command, also for `--help`."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import typer

from cli.exits import FAILED, CommandError
from cli.interrupts import end
from cli.views.printable import one_line
from config.redaction import redacted


class CommandLine(typer.Typer):
    """A Typer app that ends without a traceback when Ctrl-C comes, or its output cannot be written."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        end()
        _open_missing_streams()
        code: object = 0
        try:
            super().__call__(*args, **kwargs)
        except SystemExit as ended:
            code = ended.code
        except CommandError as error:
            complain(str(error))
            code = error.code
        except OSError as error:
            code = _give_up(error)
        with suppress(OSError):
            sys.stderr.flush()
        try:
            sys.stdout.flush()  # what cannot be written is told here, and not as Python ends
        except OSError as error:
            code = code or _give_up(error)
            give_up_output()
        sys.exit(code)  # type: ignore[arg-type]


def complain(message: str) -> None:
    """One line on standard error, without a password, where that can be written."""
    with suppress(OSError):
        print(f"botarmy: {one_line(redacted(message), 1000)}", file=sys.stderr, flush=True)


def give_up_output() -> None:
    """Let nothing that is still to be written fail once more: the reader has gone, or the disk is full."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _give_up(error: OSError) -> int:
    file = f"{error.filename}: " if error.filename else ""
    complain(f"cannot go on: {file}{error.strerror or error}")
    return FAILED


def _open_missing_streams() -> None:
    """Give a process that was started with closed streams (`>&-`) some: else the next file opened becomes one."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
    sys.stdin, sys.stdout, sys.stderr = (stream or _nowhere() for stream in (sys.stdin, sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without our ticks is no reason to stop


def _nowhere() -> IO[str]:
    return Path(os.devnull).open("r+")  # for as long as the process lives
