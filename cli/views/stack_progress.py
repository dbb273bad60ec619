"""Shows a stack's progress: a spinner and ticks on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any, Self, cast

from rich.console import Console
from rich.markup import escape

from cli.command_line import give_up_output
from cli.views.streams import about

MARKS = {"ready": "[green]✓[/]", "restarted": "[green]✓[/]", "died": "[red]✗[/]", "failed": "[red]✗[/]"}
LATER = ("died", "restarted", "failed")
"""States that are told at any time, and with it."""


class LastingConsole(Console):
    """A console that nothing can stop: a stack does not end because `| head` has seen enough, or a disk is full."""

    def __init__(self) -> None:
        super().__init__(file=cast(IO[str], _Lasting()), highlight=False, soft_wrap=True, **about(sys.stdout))


class _Lasting:
    """Standard output, of which each write may fail."""

    def write(self, text: str) -> None:
        with self._tolerant():
            sys.stdout.write(text)

    def flush(self) -> None:
        with self._tolerant():
            sys.stdout.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)

    @staticmethod
    @contextmanager
    def _tolerant() -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            give_up_output()
        except OSError:  # there may be space again, by and by
            pass


class Progress:
    """A `Report` that prints; as a context manager it shows what is awaited while its block runs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = console.status("starting")
        self._awaited: list[str] = []

    def __enter__(self) -> Self:
        if self._console.is_interactive:
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._status.stop()

    def __call__(self, name: str, state: str, details: str) -> None:
        if state == "starting":
            self._awaited.append(name)
        else:
            self._awaited = [other for other in self._awaited if other != name]
            mark = MARKS.get(state, "[yellow]·[/]")
            when = time.strftime("%Y-%m-%d %H:%M:%S  ") if state in LATER else ""
            self._console.print(f"{mark} {name:<10} {state:<9} {when}{escape(details)}".rstrip())
        self._status.update(f"starting {', '.join(self._awaited)}")
