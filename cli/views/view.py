"""How a project is shown while it runs: as lines, as JSON, or (cli/views/live.py) as a table that moves."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from rich.console import Console

from cli.client.shapes import Event
from cli.views.printable import words
from cli.views.project_view import Board
from cli.views.wording import line, moment
from config.redaction import redacted


class View(Protocol):
    """What a session tells of what happens."""

    def show(self, event: Event, board: Board) -> None:
        """An event, which the board has taken in."""

    def say(self, text: str) -> None:
        """Something that the command itself has to say."""

    def trouble(self, reason: str | None) -> None:
        """The API is out of reach, and why; None: it is back."""

    def aside(self) -> AbstractContextManager[None]:
        """Makes room for a conversation with the person at the terminal."""

    def close(self) -> None:
        """Nothing more will be shown."""


class Plain:
    """One line an event.

    Args:
        console: where to.
        since: events up to this number are not told.
    """

    def __init__(self, console: Console, since: int = 0) -> None:
        self._console = console
        self._since = since
        self._reason: str | None = None
        self._doing: dict[str, str] = {}

    def show(self, event: Event, board: Board) -> None:
        if event.seq is not None and event.seq <= self._since:
            return
        if event.event_type == "task_progress":
            stage, message = event.text("stage"), event.text("message")
            if self._doing.get(stage) == message:
                return
            self._doing[stage] = message
        told = line(event)
        if told is not None:
            when = f"{moment(event.timestamp)} " if event.timestamp else ""
            self._console.print(words(f"{when}{told}", longest=400))
        if note := event.text("note"):
            self.say(note)

    def say(self, text: str) -> None:
        self._console.print(words(redacted(text), longest=1000))

    def trouble(self, reason: str | None) -> None:
        if reason is not None and self._reason is None:
            self.say(f"reconnecting: {reason}")
        elif reason is None and self._reason is not None:
            self.say("connected again")
        self._reason = reason

    def aside(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        """Every line stands already."""


class Ndjson(Plain):
    """One JSON document a line on standard output, an event each. The console gets the decisions, and what the command
    itself has to say."""

    def show(self, event: Event, board: Board) -> None:
        if event.seq is not None and event.seq <= self._since:
            return
        emit(event)
        if event.event_type == "hitl_response":
            super().show(event, board)


def emit(event: Event) -> None:
    """Write one frame to standard output, at once. In ASCII, so that no character of it can steer a terminal."""
    print(json.dumps(event.model_dump(mode="json")), flush=True)
