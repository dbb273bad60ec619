"""Events, durations and sizes in words; events also from an API of another version."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cli.client.deadlines import by_urgency, consequence, is_urgent
from cli.client.durations import duration, remaining
from cli.client.project_view import ProjectView, StageStatus
from cli.client.request_shapes import Request
from cli.client.shapes import Event
from cli.views.console import PlainConsole
from cli.views.live import LiveDisplay
from cli.views.wording import CONTROLS, describe, describe_wait
from models.contracts.enums import ControlAction, EventType, WaitReason
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


def test_a_retry_says_from_where_by_whom_and_why() -> None:
    data = {"status": "starting", "retried_from": "build", "by": "Ada", "reason": "With SQLite."}
    retried = event(EventType.WORKFLOW_EVENT, data, None)
    assert describe(retried) == "the project is retried from build by Ada: With SQLite."
    view = ProjectView()
    view.apply(event(EventType.TASK_FAILED, FIRST[EventType.TASK_FAILED]))
    view.apply(event(EventType.WORKFLOW_EVENT, {"status": "failed", "reason": "so"}, None))
    assert view.has_ended
    view.apply(retried)
    assert (view.has_ended, view.ended, view.reason) == (False, None, "")
    assert view.stages["plan"].status is StageStatus.REDO


def test_what_a_person_asks_for_has_the_name() -> None:
    assert (
        describe(event(EventType.PROJECT_CONTROL, {"action": "pause", "by": "Ada"})) == "Ada asked to pause the project"
    )
    assert set(CONTROLS) == set(ControlAction)


def test_a_request_that_asks_anew_says_why() -> None:
    data = FIRST[EventType.HITL_REQUEST] | {"supersedes": "a" * 64}
    line = "plan: waiting for a decision, asked again because what its step read was replaced: Is it good?"
    assert describe(event(EventType.HITL_REQUEST, data)) == line


def test_a_change_of_a_project_says_what_has_changed() -> None:
    data: dict[str, Any] = {"by": "Ada", "name": "Visitors", "owner": None, "tags": [], "archived": True, "kept": True}
    line = "the project is renamed to Visitors, left without an owner, left without tags, archived, kept by Ada"
    assert describe(event(EventType.PROJECT_CHANGE, data, None)) == line
    data = {"by": "Ada", "owner": "Bo", "tags": ["a", "b"], "archived": False, "kept": False}
    line = "the project is given to Bo, tagged a, b, no longer archived, no longer kept by Ada"
    assert describe(event(EventType.PROJECT_CHANGE, data, None)) == line


NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def request(left: timedelta, **fields: Any) -> Request:
    return Request.model_validate(
        {
            "request_id": "1",
            "project_id": "1",
            "stage": "plan",
            "agent_type": "analyst",
            "question": "Good?",
            "reason": "review",
            "status": "pending",
            "created_at": NOW - timedelta(hours=1),
            "expires_at": NOW + left,
            "at_expiry": {"effect": "fails", "words": "the project fails"},
        }
        | fields
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (24 * 3600, "24h00m"),
        (24 * 3600 - 0.01, "24h00m"),
        (24 * 3600 - 59, "24h00m"),
        (24 * 3600 - 61, "23h59m"),
        (3600, "1h00m"),
        (3600 - 0.5, "1h00m"),
        (3599, "59:59"),
        (60, "1:00"),
        (59.2, "1:00"),
        (0.1, "0:01"),
        (0, "0:00"),
        (-5, "0:00"),
    ],
)
def test_what_is_left_is_never_shown_as_less(seconds: float, text: str) -> None:
    assert remaining(seconds) == text


def test_a_deadline_says_what_it_does_and_when() -> None:
    soon = consequence(request(timedelta(hours=23, minutes=59, seconds=59)), NOW)
    assert soon.startswith("The project fails ")
    assert soon.endswith(" if nobody decides (24h00m left).")
    assert consequence(request(timedelta(0)), NOW) == "The deadline has passed: the project fails."
    held = consequence(request(timedelta(hours=1), deadline_held=True), NOW)
    assert held == "The deadline is on hold. After it, the project fails."
    assert consequence(request(timedelta(hours=1), at_expiry={}), NOW).startswith("It expires ")


def test_failures_come_first_and_then_the_next_deadline() -> None:
    failed = request(timedelta(hours=9), reason="failed_step")
    near, far = request(timedelta(minutes=5)), request(timedelta(hours=9))
    held = request(timedelta(minutes=1), deadline_held=True)
    assert sorted([held, far, near, failed], key=by_urgency) == [failed, near, far, held]
    assert [is_urgent(one, NOW) for one in (near, far, held)] == [True, False, False]


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
