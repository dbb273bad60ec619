"""The live display: a table with a row per stage, redrawn several times a second."""

from __future__ import annotations

import asyncio
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import assert_never

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.client.budget_shapes import Figures
from cli.client.durations import duration
from cli.client.project_view import ProjectView, StageRow, StageStatus
from cli.client.shapes import Event
from cli.views.printable import one_line, plain
from cli.views.wording import (
    EXPIRED,
    describe_alert,
    describe_decision,
    describe_extension,
    describe_retry,
    describe_stop,
    describe_wait,
    local_time,
    project_style,
)
from config.redaction import redacted
from models.contracts import event_data
from models.contracts.budget import BudgetUnit, format_amount
from models.contracts.enums import HitlAction, HitlReason, ProjectStatus

FRAME_SECONDS = 0.125
NARROW = 80
"""Columns below which the column of agents is left out."""

WIDE = 110
"""Columns from which turns and tokens are shown beside the cost."""

LOCAL_MODES = 3
"""The index of the local modes in the list of termios."""

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


FAILURES = (HitlReason.FAILED_STEP, HitlReason.FAILED_VERDICT, HitlReason.BUDGET)
"""The reasons of requests that are announced, since the work does not continue by itself."""


class LiveDisplay:
    """The project view as a table on a terminal. Messages and decisions stay above it."""

    shows_spending = shows_writing = True

    def __init__(self, console: Console, view: ProjectView, title: str, pipeline: str) -> None:
        self._console = console
        self._view = view
        self._title = title
        self._pipeline = pipeline
        self._problem: str | None = None
        self._frame = 0
        self._live: Live | None = None
        self._start()
        self._drawing = asyncio.create_task(self._draw())

    def show(self, event: Event, view: ProjectView) -> None:
        data = event.payload
        match data:
            case event_data.HitlResponded():
                text = f"{data.stage}: {describe_decision(data)}"
                mark, style = ("✗", "red") if data.action == HitlAction.REJECT else ("✓", "green")
            case event_data.HitlRequested() if data.reason in FAILURES and event.seq is not None:
                mark, style, text = "✗", "bold red", f"{data.stage}: {data.question}"
                self._console.bell()
            case event_data.HitlExtended():
                mark, style, text = "→", "cyan", f"{data.stage}: {describe_extension(data)}"
            case event_data.HitlExpired():
                mark, style, text = "✗", "red", f"{data.stage}: {EXPIRED}"
            case event_data.BudgetAlert():
                mark, style, text = "!", "yellow", describe_alert(data)
            case event_data.StopChange():
                mark, style, text = (
                    "■" if data.stopped else "▶",
                    "red" if data.stopped else "green",
                    describe_stop(data),
                )
            case event_data.WorkflowEvent() if data.retried_from:
                mark, style, text = "↻", "cyan", describe_retry(data)
            case event_data.ErrorEvent() if event.seq is not None:
                mark, style, text = "!", "red", data.message
            case event_data.TaskCompleted() if data.note:
                self._console.print(plain(data.note, max_length=1000))
                return
            case (
                event_data.WorkflowEvent()
                | event_data.TaskStarted()
                | event_data.TaskProgress()
                | event_data.TaskCompleted()
                | event_data.TaskFailed()
                | event_data.TaskCancelled()
                | event_data.AgentStatusChange()
                | event_data.ArtifactCreated()
                | event_data.ContextGiven()
                | event_data.ContextWithdrawn()
                | event_data.HitlRequested()
                | event_data.ProjectChange()
                | event_data.ProjectControl()
                | event_data.ErrorEvent()
                | None
            ):
                return
            case _:
                assert_never(data)
        when = (f"  {local_time(event.timestamp)}" if event.timestamp else "", "dim")
        self._console.print(Text.assemble((f"{mark} ", style), plain(text), when))

    def message(self, text: str) -> None:
        self._console.print(plain(redacted(text), max_length=1000))

    def connection_problem(self, reason: str | None) -> None:
        self._problem = reason

    @contextmanager
    def paused(self) -> Iterator[None]:
        self._stop()
        try:
            yield
        finally:
            self._start()

    def close(self) -> None:
        self._drawing.cancel()
        self._stop()
        self._console.print(self.render())

    def _start(self) -> None:
        self._set_echo(False)
        self._live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            get_renderable=self.render,
            redirect_stderr=False,
        )
        self._live.start()
        self._live.refresh()

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
            self._set_echo(True)

    @staticmethod
    def _set_echo(on: bool) -> None:
        """Switch the terminal's echo: typed characters would be drawn into the table."""
        if sys.stdin.isatty():
            modes = termios.tcgetattr(sys.stdin)
            modes[LOCAL_MODES] = modes[LOCAL_MODES] | termios.ECHO if on else modes[LOCAL_MODES] & ~termios.ECHO
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, modes)

    async def _draw(self) -> None:
        while True:
            await asyncio.sleep(FRAME_SECONDS)
            self._frame += 1
            if self._live is not None:
                self._live.refresh()

    def render(self) -> RenderableType:
        """Return the table as of now."""
        view, width = self._view, self._console.width
        status = ProjectStatus.WAITING if view.open_requests and not view.has_ended else view.status
        heading = Text.assemble(
            (one_line(self._title, max(20, width - 22)), "bold"),
            (" · ", "dim"),
            (status, project_style(status)),
            (f" · {duration(view.seconds())}", "dim"),
            no_wrap=True,
            overflow="ellipsis",
        )
        facts = f"pipeline {self._pipeline}" + (", a rehearsal: no language model is used" if view.is_rehearsal else "")
        if view.started is not None:
            facts += f", since {local_time(view.started)}"
        subtitle = Text(one_line(facts), "dim", no_wrap=True, overflow="ellipsis")
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=1)
        table.add_column(no_wrap=True, max_width=24)
        if width >= NARROW:
            table.add_column(no_wrap=True, max_width=16)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for _ in range(2 if view.spending is None else 3):
            table.add_column(no_wrap=True, justify="right")
        for row in view.stages.values():
            table.add_row(*self._cells(row, width))
        lines: list[RenderableType] = [heading, subtitle, table]
        if view.spending is not None:
            lines.append(plain(f"spent {view.spending.describe()}", "dim"))
        lines.extend(plain(describe_stop(stop), "red") for stop in view.stops.values())
        if self._problem is not None:
            lines.append(plain(redacted(f"reconnecting: {self._problem}"), "yellow"))
        return Group(*lines)

    def _cells(self, row: StageRow, width: int) -> list[Text]:
        is_working = row.status is StageStatus.WORKING
        mark, style = (SPINNER[self._frame % len(SPINNER)], "cyan") if is_working else MARKS[row.status]
        percent = "" if row.fraction is None else f" {round(row.fraction * 100)} %"
        text = f"{row.activity}{percent}" if row.activity and is_working else str(row.status)
        if row.written and is_working:
            text = row.last_line
        if row.wait is not None and is_working:
            text = f"{describe_wait(row.wait.reason, row.wait_left(self._view.clock.now()))}, {text}"
        if row.activity and row.status is StageStatus.FAILED:
            text = f"failed: {row.activity}"
        cells = [Text(mark, style), plain(row.name), plain(text, "dim" if row.status is StageStatus.PENDING else "")]
        if width >= NARROW:
            cells.insert(2, plain(row.agent, "dim"))
        rounds = f"round {row.round}" if row.round > 1 else ""
        if (spending := self._view.spending) is not None:
            cells.append(_spent(spending.of_stage(row.name), width))
        return [*cells, Text(rounds, "yellow"), Text(duration(row.seconds(self._view.clock.now())), "dim")]


def _spent(figures: Figures | None, width: int) -> Text:
    """Return what a stage has used, as far as there is room."""
    if figures is None:
        return Text()
    cost = format_amount(BudgetUnit.USD, figures.cost_usd)
    return Text(cost if width < WIDE else f"{figures.turns}, {figures.tokens:,} tokens, {cost}", "dim")
