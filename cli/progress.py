"""Shows a stack's progress: a spinner and ticks on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
import os
import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape

from cli.streams import about

MARKS = {"ready": "[green]✓[/]", "restarted": "[green]✓[/]", "died": "[red]✗[/]", "failed": "[red]✗[/]"}
LATER = ("died", "restarted", "failed")
"""States that are told at any time, and with it."""


class LastingConsole(Console):
    """A console whose reader may go away: a stack does not end because `| head` has seen enough."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # nor because a terminal lacks a tick
        super().__init__(highlight=False, soft_wrap=True, **about(sys.stdout))

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
