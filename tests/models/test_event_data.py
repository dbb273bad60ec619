"""The data of events: what is recorded, and what is read from the log of an older or a newer version."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from models.contracts.enums import AgentStatus, EventType, ProjectStatus, TaskStatus
from models.contracts.event_data import (
    PAYLOADS,
    AgentStatusChange,
    ErrorEvent,
    TaskCompleted,
    TaskStarted,
    WorkflowEvent,
    read_data,
)
from models.contracts.events import Event
from models.contracts.usage import Usage

ID = "01890a5d-ac96-774b-bcce-b302099a8057"
HASH = "0" * 64
REF = {"artifact_id": ID, "type": "project_plan", "version": 1, "content_hash": HASH}

RELEASE_0_1_0: dict[EventType, dict[str, Any]] = {
    EventType.WORKFLOW_EVENT: {"status": "starting", "name": "Guest book"},
    EventType.TASK_STARTED: {"stage": "plan", "round": 1, "from_agent": None, "feedback": None},
    EventType.TASK_PROGRESS: {"stage": "plan", "message": "Reading.", "fraction": 0.5},
    EventType.TASK_COMPLETED: {
        "stage": "plan",
        "round": 1,
        "verdict": None,
        "confidence": 0.9,
        "usage": {"model": "rehearsal", "input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0},
        "artifacts": [{"artifact_id": ID, "type": "project_plan", "version": 1}],
    },
    EventType.TASK_FAILED: {"stage": "plan", "round": 1, "error": "No."},
    EventType.TASK_CANCELLED: {"stage": "plan", "round": 1},
    EventType.AGENT_STATUS_CHANGE: {"status": "working"},
    EventType.ARTIFACT_CREATED: {
        "artifact_id": ID,
        "type": "project_plan",
        "name": "project_plan",
        "version": 1,
        "author": "analyst",
        "content_hash": HASH,
        "size": 12,
    },
    EventType.BUDGET_ALERT: {  # added later
        "kind": "project",
        "unit": "usd",
        "percent": 90,
        "spent": 1.8,
        "limit": 2.0,
        "stage": "plan",
    },
    EventType.HITL_REQUEST: {
        "request_id": ID,
        "stage": "plan",
        "round": 1,
        "reason": "review",
        "question": "Is it good?",
        "artifacts": [REF],
        "expires_at": "2026-11-24T02:29:23.104000+00:00",
    },
    EventType.HITL_RESPONSE: {
        "request_id": ID,
        "decision_id": ID,
        "stage": "plan",
        "round": 1,
        "action": "approve",
        "status": "approved",
        "comment": None,
        "responder": "human",
        "accepted": [REF],
    },
    EventType.HITL_EXPIRED: {"request_id": ID, "stage": "plan", "round": 1, "accepted": False},
    EventType.ERROR: {"message": "Something is wrong."},
}
"""What version 0.1.0 recorded."""

LATER: dict[EventType, dict[str, Any]] = {
    EventType.PROJECT_CHANGE: {"by": "Ada", "name": "Visitors", "owner": None, "tags": ["web"]},  # added later
    EventType.PROJECT_CONTROL: {"principal_id": ID, "action": "pause", "by": "Ada"},
    EventType.STOP_CHANGE: {
        "stop_id": ID,
        "scope": "role",
        "role": "coder",
        "stopped": True,
        "reason": "Too dear.",
        "by": "Ada",
    },
    EventType.CONTEXT_GIVEN: {
        "context_id": ID,
        "artifact_id": ID,
        "type": "user_input",
        "name": "house rules",
        "version": 1,
        "given_by": "Ada",
        "replaces": False,
        "stages": ["build"],
    },
    EventType.CONTEXT_WITHDRAWN: {
        "context_id": ID,
        "artifact_id": ID,
        "type": "user_input",
        "name": "house rules",
        "version": 1,
        "withdrawn_by": "Ada",
    },
    EventType.HITL_EXTENDED: {
        "request_id": ID,
        "extension_id": ID,
        "stage": "plan",
        "round": 1,
        "was": "2026-11-24T02:29:23.104000+00:00",
        "expires_at": "2026-11-24T06:29:23.104000+00:00",
        "extended_by": "Ada",
    },
}
"""What the first version recorded that has the type."""

FIRST = RELEASE_0_1_0 | LATER


def test_every_event_type_has_a_payload() -> None:
    assert set(PAYLOADS) == set(EventType)


@pytest.mark.parametrize("event_type", EventType)
def test_an_event_of_the_first_release_is_read(event_type: EventType) -> None:
    assert read_data(event_type, FIRST[event_type]).event_type is event_type


@pytest.mark.parametrize("event_type", EventType)
def test_an_unknown_field_of_a_newer_version_is_ignored(event_type: EventType) -> None:
    data = FIRST[event_type]
    assert read_data(event_type, data | {"added_later": 1}) == read_data(event_type, data)


@pytest.mark.parametrize("event_type", EventType)
def test_the_schema_has_one_envelope_for_each_event_type(event_type: EventType) -> None:
    schema = Draft202012Validator(Event.model_json_schema())
    seq = None if event_type is EventType.TASK_PROGRESS else 1
    event = {"event_type": event_type, "seq": seq, "project_id": ID, "timestamp": "2026-11-24T02:29:23+00:00"}
    assert schema.is_valid(event | {"data": FIRST[event_type]})
    other = EventType.ERROR if event_type is EventType.WORKFLOW_EVENT else EventType.WORKFLOW_EVENT
    assert not schema.is_valid(event | {"data": RELEASE_0_1_0[other]})


def test_an_envelope_relays_a_field_that_it_does_not_know() -> None:
    data = {"message": "No.", "added_later": 1}
    event = Event(event_type=EventType.ERROR, seq=1, project_id=UUID(ID), data=data, timestamp=datetime.now(UTC))
    assert event.model_dump(mode="json")["data"] == data
    assert event.payload == ErrorEvent(message="No.")


def test_data_that_does_not_fit_its_type_is_refused() -> None:
    with pytest.raises(ValidationError, match="stage"):
        read_data(EventType.TASK_STARTED, {"round": 1})


def test_only_what_the_writer_set_is_recorded() -> None:
    assert WorkflowEvent(status=ProjectStatus.STARTING, name="Guest book").recorded() == {
        "status": "starting",
        "name": "Guest book",
    }
    assert WorkflowEvent(status=ProjectStatus.ACTIVE, reason=None).recorded() == {"status": "active", "reason": None}
    assert AgentStatusChange(status=AgentStatus.IDLE).recorded() == {"status": "idle"}


def test_a_usage_is_recorded_as_it_was_set() -> None:
    recorded = RELEASE_0_1_0[EventType.TASK_COMPLETED]
    completed = read_data(EventType.TASK_COMPLETED, recorded)
    assert isinstance(completed, TaskCompleted)
    assert completed.usage == Usage(model="rehearsal", input_tokens=0, output_tokens=0, cost_usd=0.0)
    assert completed.model_dump(mode="json", exclude_unset=True) == recorded


def test_text_that_cannot_be_stored_is_replaced() -> None:
    started = TaskStarted(stage="plan", round=2, from_agent=None, feedback="a\x00b\ud800c")
    assert started.feedback == "a\ufffdb\ufffdc"


def test_a_task_outside_the_pipeline_has_a_status_of_its_own() -> None:
    event = read_data(EventType.WORKFLOW_EVENT, {"status": "waiting_for_hitl"})
    assert isinstance(event, WorkflowEvent)
    assert event.status is TaskStatus.WAITING_FOR_HITL


def test_a_missing_note_is_none() -> None:
    completed = read_data(EventType.TASK_COMPLETED, RELEASE_0_1_0[EventType.TASK_COMPLETED])
    assert isinstance(completed, TaskCompleted)
    assert completed.note is None
