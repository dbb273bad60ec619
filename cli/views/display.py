"""How a running project is displayed: as lines, as JSON, or (`cli/views/live.py`) as a live table."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console

from cli.client.project_view import ProjectView
from cli.client.shapes import Event
from cli.views.printable import plain
from cli.views.wording import describe, local_time
from config.redaction import redacted
from models.contracts.enums import EventType
from models.contracts.event_data import TaskCompleted, TaskProgress


class LineDisplay:
    """One line per event.

    Args:
        console: where the lines are written.
        since: events up to this number are not shown.
    """

    shows_spending = shows_writing = False

    def __init__(self, console: Console, since: int = 0) -> None:
        self._console = console
        self._since = since
        self._problem: str | None = None
        self._activities: dict[str, str] = {}

    def show(self, event: Event, view: ProjectView) -> None:
        if event.seq is not None and event.seq <= self._since:
            return
        data = event.payload
        if isinstance(data, TaskProgress):
            if self._activities.get(data.stage) == data.message:
                return
            self._activities[data.stage] = data.message
        line = describe(event)
        if line is not None:
            when = f"{local_time(event.timestamp)} " if event.timestamp else ""
            self._console.print(plain(f"{when}{line}", max_length=400))
        if isinstance(data, TaskCompleted) and data.note:
            self.message(data.note)

    def message(self, text: str) -> None:
        self._console.print(plain(redacted(text), max_length=1000))

    def connection_problem(self, reason: str | None) -> None:
        if reason is not None and self._problem is None:
            self.message(f"reconnecting: {reason}")
        elif reason is None and self._problem is not None:
            self.message("connected again")
        self._problem = reason

    def paused(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        """Nothing to do: every line has been written."""


class JsonLinesDisplay(LineDisplay):
    """One JSON document per event on standard output. The console gets the decisions and the command's messages."""

    def show(self, event: Event, view: ProjectView) -> None:
        if event.seq is not None and event.seq <= self._since:
            return
        print_event(event)
        if event.event_type == EventType.HITL_RESPONSE:
            super().show(event, view)


def print_event(event: Event) -> None:
    """Write one event to standard output and flush it. In ASCII, so that no character can control a terminal."""
    print(json.dumps(event.model_dump(mode="json")), flush=True)
