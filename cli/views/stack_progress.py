"""Shows a stack's progress: a spinner and ticks on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any, Self, cast

from rich.console import Console
from rich.text import Text

from cli.command_line import discard_stdout
from cli.views.console import PlainConsole, console_options

MARKS = {"ready": ("✓", "green"), "restarted": ("✓", "green"), "died": ("✗", "red"), "failed": ("✗", "red")}
TIMESTAMPED = ("died", "restarted", "failed")
"""States that are reported at any time after the start."""


class TolerantConsole(PlainConsole):
    """A console that ignores failed writes: `| head`, or a full disk, must not stop a stack."""

    def __init__(self) -> None:
        file = cast(IO[str], _TolerantStdout())
        super().__init__(file=file, soft_wrap=True, **console_options(sys.stdout))


class _TolerantStdout:
    """Standard output, any write to which may fail."""

    def write(self, text: str) -> None:
        with self._tolerated():
            sys.stdout.write(text)

    def flush(self) -> None:
        with self._tolerated():
            sys.stdout.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)

    @staticmethod
    @contextmanager
    def _tolerated() -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            discard_stdout()
        except OSError:  # the disk is full, perhaps not for long
            pass


class Progress:
    """A `Report` that prints; as a context manager, it shows the components that are still starting."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("starting")
        self._starting: list[str] = []

    def __enter__(self) -> Self:
        if self._console.is_interactive:
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._status.stop()

    def __call__(self, name: str, state: str, details: str) -> None:
        if state == "starting":
            self._starting.append(name)
        else:
            self._starting = [other for other in self._starting if other != name]
            mark = MARKS.get(state, ("·", "yellow"))
            when = time.strftime("%Y-%m-%d %H:%M:%S  ") if state in TIMESTAMPED else ""
            self._console.print(Text.assemble(mark, f" {name:<10} {state:<9} {when}{details}".rstrip()))
        self._status.update(Text(f"starting {', '.join(self._starting)}"))
