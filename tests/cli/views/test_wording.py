"""Events, durations and sizes in words; events also from an API of another version."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cli.client.project_view import ProjectView, StageStatus
from cli.client.shapes import Event
from cli.views.console import PlainConsole
from cli.views.live import LiveDisplay
from cli.views.wording import describe, describe_wait, duration
from models.contracts.enums import EventType, WaitReason
from tests.models.test_event_data import FIRST


def event(event_type: str, data: dict[str, Any], task_id: str | None = "1") -> Event:
    return Event(event_type=event_type, seq=1, task_id=task_id, agent_type="analyst", data=data)


@pytest.mark.parametrize("event_type", EventType)
def test_the_terminal_knows_every_event_type(event_type: EventType) -> None:
    line = describe(event(event_type, FIRST[event_type]))
    if event_type is EventType.AGENT_STATUS_CHANGE:
        assert line is None  # the events of its task say as much
    else:
        assert line
        assert "None" not in line


def test_an_unknown_event_type_is_not_shown() -> None:
    assert describe(event("added_later", {"message": "Hello."})) is None
    ProjectView().apply(event("added_later", {"message": "Hello."}))


def test_values_of_a_newer_api_are_shown_as_they_came() -> None:
    data = FIRST[EventType.HITL_REQUEST]
    data = data | {"reason": "added_later", "artifacts": [data["artifacts"][0] | {"type": "added_later"}]}
    view = ProjectView()
    view.apply(event(EventType.HITL_REQUEST, data))
    assert describe(event(EventType.HITL_REQUEST, data)) == "plan: waiting for a decision: Is it good?"
    assert view.stages["plan"].status is StageStatus.WAITING
    assert view.open_requests == {data["request_id"]: "plan"}


def test_a_status_of_a_newer_api_is_shown_as_it_came() -> None:
    assert describe(event(EventType.WORKFLOW_EVENT, {"status": "added_later"}, None)) == "the project is added_later"


def test_an_event_about_the_workflow_of_a_task_leaves_the_project_as_it_is() -> None:
    """Its status is what the project's was when the workflow was checked, which may be out of date."""
    view = ProjectView()
    view.apply(event(EventType.WORKFLOW_EVENT, {"status": "completed", "reason": "the end"}, None))
    reason = "the workflow of this task is restarted from its records"
    restarted = event(EventType.WORKFLOW_EVENT, {"status": "waiting", "reason": reason})
    view.apply(restarted)
    assert (view.status, view.reason) == ("completed", "the end")
    assert describe(restarted) == reason


def test_durations_have_readable_units() -> None:
    assert [duration(seconds) for seconds in (None, 0, 61.9, 3600, 7384)] == ["", "0:00", "1:01", "1h00m", "2h03m"]


def test_a_stop_says_what_was_stopped_by_whom_and_why() -> None:
    data = {"stop_id": str(uuid4()), "scope": "role", "role": "coder", "stopped": True, "reason": "Dear.", "by": "Ada"}
    assert describe(event(EventType.STOP_CHANGE, data)) == "the role coder is stopped by Ada: Dear."
    released = data | {"scope": "added_later", "stopped": False}
    assert describe(event(EventType.STOP_CHANGE, released)) == "added_later is released by Ada: Dear."


async def test_what_a_step_waits_for_is_shown_with_the_time_that_is_left() -> None:
    view, console = ProjectView(), PlainConsole(file=io.StringIO(), width=160)
    began = datetime.now(UTC)

    def told(data: dict[str, Any], seconds: float = 0.0) -> None:
        moment = began + timedelta(seconds=seconds)
        seq = 1 if "round" in data else None
        kind = EventType.TASK_STARTED if seq else EventType.TASK_PROGRESS
        view.apply(Event(event_type=kind, seq=seq, task_id="1", agent_type="coder", data=data, timestamp=moment))

    told(FIRST[EventType.TASK_STARTED] | {"stage": "build", "round": 1})
    progress = {"stage": "build", "message": "openai:gpt-5 is rate-limited", "fraction": None}
    told(progress | {"wait": {"reason": "rate_limit", "seconds": 30.0}})
    (row,) = view.stages.values()
    assert row.wait_left(began + timedelta(seconds=12)) == pytest.approx(18)
    assert row.wait_left(began + timedelta(seconds=40)) == 0
    display = LiveDisplay(console, view, "A project", "one")
    try:
        console.print(display.render())
    finally:
        display.close()
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert re.search(r"Rate-limited: (30|29|28) s, openai:gpt-5 is rate-limited", shown), shown
    told(progress | {"wait": None}, 31.0)
    assert row.wait is None
    assert describe_wait(WaitReason.TURN, None) == describe_wait(WaitReason.TURN, 0.4) == "Waits for its turn"
