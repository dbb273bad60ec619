"""The live view: a row a stage, drawn anew several times a second."""

from __future__ import annotations

import asyncio
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.client.shapes import Event
from cli.views.printable import one_line, words
from cli.views.project_view import Board, StageRow, StageStatus
from cli.views.wording import decision, duration, moment
from config.redaction import redacted

SECONDS_A_FRAME = 0.125
NARROW = 80
"""Columns below which the agents' column gives way."""

LOCAL_MODES = 3
"""Where termios has them in its list."""

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
MARKS = {
    StageStatus.PENDING: ("·", "dim"),
    StageStatus.WAITING: ("?", "bold yellow"),
    StageStatus.REDO: ("↻", "yellow"),
    StageStatus.SENT_BACK: ("↺", "yellow"),
    StageStatus.DONE: ("✓", "green"),
    StageStatus.APPROVED: ("✓", "green"),
    StageStatus.AMENDED: ("✓", "green"),
    StageStatus.EXPIRED: ("✗", "red"),
    StageStatus.REJECTED: ("✗", "red"),
    StageStatus.FAILED: ("✗", "red"),
    StageStatus.CANCELLED: ("✗", "dim"),
}
STATUS_STYLES = {"completed": "green", "rejected": "red", "failed": "red", "cancelled": "red"}


class LiveView:
    """The board on a terminal. What is said, and what was decided, stays above it."""

    def __init__(self, console: Console, board: Board, title: str, pipeline: str) -> None:
        self._console = console
        self._board = board
        self._title = title
        self._pipeline = pipeline
        self._reason: str | None = None
        self._frame = 0
        self._live: Live | None = None
        self._open()
        self._drawing = asyncio.create_task(self._draw())

    def show(self, event: Event, board: Board) -> None:
        if event.event_type == "hitl_response":
            rejected = event.text("action") == "reject"
            mark, style, told = "✗" if rejected else "✓", "red" if rejected else "green", decision(event)
        elif event.event_type == "hitl_expired":
            mark, style, told = "✗", "red", "nobody decided in time"
        elif event.event_type == "task_completed" and event.text("note"):
            self._console.print(words(event.text("note"), longest=1000))
            return
        elif event.event_type == "error" and event.seq is not None:
            mark, style, told = "!", "red", event.text("message")
        else:
            return
        when = (f"  {moment(event.timestamp)}" if event.timestamp else "", "dim")
        stage = f"{event.text('stage')}: " if event.event_type != "error" else ""
        self._console.print(Text.assemble((f"{mark} ", style), words(f"{stage}{told}"), when))

    def say(self, text: str) -> None:
        self._console.print(words(redacted(text), longest=1000))

    def trouble(self, reason: str | None) -> None:
        self._reason = reason

    @contextmanager
    def aside(self) -> Iterator[None]:
        self._erase()
        try:
            yield
        finally:
            self._open()

    def close(self) -> None:
        self._drawing.cancel()
        self._erase()
        self._console.print(self.picture())

    def _open(self) -> None:
        self._set_echo(False)
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            get_renderable=self.picture,
            redirect_stderr=False,
        )
        self._live.start()
        self._live.refresh()

    def _erase(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
            self._set_echo(True)

    @staticmethod
    def _set_echo(on: bool) -> None:
        """Whether what is typed shows: amid a table that moves it would leave marks."""
        if sys.stdin.isatty():
            modes = termios.tcgetattr(sys.stdin)
            modes[LOCAL_MODES] = modes[LOCAL_MODES] | termios.ECHO if on else modes[LOCAL_MODES] & ~termios.ECHO
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, modes)

    async def _draw(self) -> None:
        while True:
            await asyncio.sleep(SECONDS_A_FRAME)
            self._frame += 1
            if self._live is not None:
                self._live.refresh()

    def picture(self) -> RenderableType:
        """The board as it is now."""
        board, width = self._board, self._console.width
        status = "waiting" if board.open and not board.settled else board.status
        head = Text.assemble(
            (one_line(self._title, max(20, width - 22)), "bold"),
            (" · ", "dim"),
            (status, STATUS_STYLES.get(status, "cyan")),
            (f" · {duration(board.seconds())}", "dim"),
            no_wrap=True,
            overflow="ellipsis",
        )
        about = f"pipeline {self._pipeline}" + (", a rehearsal: no model is asked" if board.rehearsal else "")
        if board.started is not None:
            about += f", since {moment(board.started)}"
        about_line = Text(one_line(about), "dim", no_wrap=True, overflow="ellipsis")
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=1)
        table.add_column(no_wrap=True, max_width=24)
        if width >= NARROW:
            table.add_column(no_wrap=True, max_width=16)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(no_wrap=True, justify="right")
        table.add_column(no_wrap=True, justify="right")
        for row in board.stages.values():
            table.add_row(*self._cells(row, width))
        lines: list[RenderableType] = [head, about_line, table]
        if self._reason is not None:
            lines.append(words(redacted(f"reconnecting: {self._reason}"), "yellow"))
        return Group(*lines)

    def _cells(self, row: StageRow, width: int) -> list[Text]:
        still = row.status is not StageStatus.WORKING
        mark, style = MARKS[row.status] if still else (SPINNER[self._frame % len(SPINNER)], "cyan")
        percent = "" if row.fraction is None else f" {round(row.fraction * 100)} %"
        doing = f"{row.doing}{percent}" if row.doing and row.status is StageStatus.WORKING else str(row.status)
        if row.doing and row.status is StageStatus.FAILED:
            doing = f"failed: {row.doing}"
        cells = [Text(mark, style), words(row.name), words(doing, "dim" if row.status is StageStatus.PENDING else "")]
        if width >= NARROW:
            cells.insert(2, words(row.agent, "dim"))
        rounds = f"round {row.round}" if row.round > 1 else ""
        return [*cells, Text(rounds, "yellow"), Text(duration(row.seconds(self._board.clock.now())), "dim")]
