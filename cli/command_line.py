"""The command line's entry point: what applies to every command, including `--help`."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import typer

from cli.errors import FAILED, NOT_READ, USAGE, CommandError
from cli.interrupts import install_exit_handler
from cli.views.console import ignore_unusable_widths
from cli.views.printable import one_line
from config.redaction import redacted


class CommandLine(typer.Typer):
    """A Typer app that prints no traceback after Ctrl-C, or when its output cannot be written."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        install_exit_handler()
        _open_missing_streams()
        ignore_unusable_widths()
        code: object = 0
        try:
            super().__call__(*args, **kwargs)
        except SystemExit as exit_:
            code = exit_.code
        except CommandError as error:
            print_error(str(error))
            code = error.code
        except OSError as error:
            code = report_io_error(error)
        except UnicodeEncodeError:  # an argument with bytes that are not UTF-8 cannot be sent to the API
            print_error("an argument is not valid UTF-8")
            code = USAGE
        with suppress(OSError):
            sys.stderr.flush()
        try:
            sys.stdout.flush()  # a failed write is reported here rather than while Python exits
        except OSError as error:
            code = code or report_io_error(error)
            discard_stdout()
        sys.exit(code)  # type: ignore[arg-type]


def report_io_error(error: OSError) -> int:
    """Print why the command cannot continue, unless nobody reads its output any more. Return the exit code."""
    if isinstance(error, BrokenPipeError):
        discard_stdout()
        return NOT_READ
    file = f"{error.filename}: " if error.filename else ""
    print_error(f"cannot continue: {file}{error.strerror or error}")
    return FAILED


def print_error(message: str) -> None:
    """Print one line on standard error, without passwords; ignore a failed write."""
    with suppress(OSError):
        print(f"botarmy: {one_line(redacted(message), 1000)}", file=sys.stderr, flush=True)


def discard_stdout() -> None:
    """Send buffered and later output to /dev/null: the reader has gone, or the disk is full."""
    with Path(os.devnull).open("wb") as null:
        os.dup2(null.fileno(), sys.stdout.fileno())


def _open_missing_streams() -> None:
    """Open /dev/null for streams that are closed (`>&-`); otherwise the next file that is opened becomes one."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
    sys.stdin, sys.stdout, sys.stderr = (stream or _null() for stream in (sys.stdin, sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show our symbols is no error


def _null() -> IO[str]:
    return Path(os.devnull).open("r+")  # stays open until the process exits
