"""What the live table shows of a model that writes: the last line, in the row of its stage."""

from __future__ import annotations

from typing import Any

from cli.client.project_view import MAX_WRITTEN, ProjectView, StageRow, StageStatus
from cli.client.shapes import Event


def view() -> ProjectView:
    return ProjectView(
        {"build": StageRow("build", "coder", StageStatus.WORKING, "turn 2: asking a model", task_id="t")}
    )


def frame(text: str, offset: int = 0, task_id: str = "t", **data: Any) -> Event:
    return Event(
        event_type="live",
        task_id=task_id,
        data={"stage": "build", "offset": offset, "text": text, "ended": False} | data,
    )


def test_the_last_line_that_is_not_blank_is_shown() -> None:
    shown = view()
    shown.apply(frame("I write it.\n\nwrite_file {"))
    assert shown.stages["build"].last_line == "write_file {"
    shown.apply(frame('"path": 1\n  \n', offset=24))
    assert shown.stages["build"].last_line == 'write_file {"path": 1'
    shown.apply(frame("Again."))
    assert shown.stages["build"].last_line == "Again."
    shown.apply(frame("x" * 10_000, offset=6))
    assert len(shown.stages["build"].written) == MAX_WRITTEN


def test_it_ends_with_the_call_and_with_the_next_progress() -> None:
    shown = view()
    shown.apply(frame("I write it."))
    shown.apply(frame("", offset=11, ended=True))
    assert shown.stages["build"].written == ""
    shown.apply(frame("I write it."))
    shown.apply(Event(event_type="task_progress", task_id="t", data={"stage": "build", "message": "calling a tool"}))
    assert (shown.stages["build"].written, shown.stages["build"].activity) == ("", "calling a tool")


def test_what_another_task_writes_and_what_is_malformed_is_ignored() -> None:
    shown = view()
    shown.apply(frame("Not mine.", task_id="other"))
    shown.apply(Event(event_type="live", task_id="t", data={}))
    shown.apply(Event(event_type="live", task_id="t", data={"stage": "unknown", "text": 1}))
    assert shown.stages["build"].written == ""
