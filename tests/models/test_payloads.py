"""Workers of two versions may run side by side: each reads what the other sends through Temporal."""

from __future__ import annotations

import base64
import inspect
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.agent_step import AgentSteps
from activities.extensions import Extensions
from activities.project_opening import ProjectOpening
from activities.records import Records
from api.realtime.client_frames import Ping, Subscribe, Unsubscribe, Unwatch, Watch
from api.shapes.accounts import AccountUpdate, LogIn, PasswordUpdate
from api.shapes.artifacts import ArtifactCreate
from api.shapes.auth import MemberUpdate, PersonCreate, PersonUpdate, SignIn, TokenCreate
from api.shapes.budgets import BudgetUpdate
from api.shapes.context import ContextCreate, ContextWithdraw
from api.shapes.extension import ExtensionCreate
from api.shapes.groups import GroupCreate
from api.shapes.hitl import ResponseCreate
from api.shapes.lineage import ParentCreate
from api.shapes.project_details import ProjectUpdate
from api.shapes.projects import ProjectCreate, SourceCreate
from api.shapes.retries import RetryCreate
from api.shapes.stops import ReleaseCreate, StopCreate
from api.shapes.tasks import TaskCreate
from models.contracts.approvals import Voter
from models.contracts.contract import StrictContract
from models.contracts.enums import HitlAction, ProjectStatus, ResponseOutcome
from models.contracts.extension import HitlExtension, RecordExtensionInput
from models.contracts.handoff import ArtifactRef, Handoff
from models.contracts.hitl import HitlResponse, JudgedResponse, Signature
from models.contracts.names import BuiltInRole
from models.contracts.pipeline import Pipeline
from models.contracts.project import ProjectInput
from models.contracts.records import (
    CheckResponseInput,
    OpenProjectInput,
    RecordExpiryInput,
    RecordProblemInput,
    RecordResponsesInput,
    RecordStatusInput,
)
from models.contracts.roles import Role, RoleLimits
from models.contracts.workflow_state import HandoffInput, StageView, WorkflowView
from tests.histories import committed
from workflows.project import ProjectWorkflow
from workflows.standalone_handoff import HandoffWorkflow

Json = dict[str, Any]
Direction = Literal["takes", "returns"]

FIRST_FIELDS: dict[str, list[str]] = {
    model: fields
    for file in ("fields-0.1.0.json", "fields-0.3.0.json")
    for model, fields in json.loads(Path(__file__).with_name(file).read_text()).items()
}
"""The fields of each model in the release that first had it."""

WORKFLOWS: dict[str, type[ProjectWorkflow | HandoffWorkflow]] = {
    "ProjectWorkflow": ProjectWorkflow,
    "HandoffWorkflow": HandoffWorkflow,
}
ACTIVITIES = {
    name: method
    for activities in (AgentSteps, Extensions, ProjectOpening, Records)
    for name, method in inspect.getmembers(activities, inspect.isfunction)
    if hasattr(method, "__temporal_activity_definition")
}
REQUESTS = (
    ArtifactCreate,
    ResponseCreate,
    ProjectCreate,
    ParentCreate,
    ProjectUpdate,
    SourceCreate,
    TaskCreate,
    StopCreate,
    ReleaseCreate,
    RetryCreate,
    BudgetUpdate,
    ContextCreate,
    ContextWithdraw,
    ExtensionCreate,
    SignIn,
    TokenCreate,
    PersonCreate,
    PersonUpdate,
    AccountUpdate,
    LogIn,
    PasswordUpdate,
    MemberUpdate,
    GroupCreate,
    Subscribe,
    Unsubscribe,
    Watch,
    Unwatch,
    Ping,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RESPONSE = HitlResponse(
    request_id=UUID(int=1),
    decision_id=UUID(int=2),
    action=HitlAction.APPROVE,
    responded_at=NOW,
    subject_hash="a" * 64,
    signature=Signature(key="b" * 64, value="c" * 128),
    voter=Voter(principal_id=UUID(int=4), name="ana"),
)
JUDGED = JudgedResponse(response=RESPONSE, outcome=ResponseOutcome.APPLIED)
STAGE = StageView(stage="plan", agent=BuiltInRole.ANALYST, status="working", round=1)
PROJECT = UUID(int=3)
UNRECORDED = (
    RecordResponsesInput(project_id=PROJECT, responses=(JUDGED,)),
    CheckResponseInput(project_id=PROJECT, response=RESPONSE),
    RecordExpiryInput(project_id=PROJECT, request_id=RESPONSE.request_id, accepts=True),
    OpenProjectInput(project_id=PROJECT),
    RecordStatusInput(
        project_id=PROJECT, status=ProjectStatus.PAUSED, key="paused", put_off={PROJECT: timedelta(hours=1)}
    ),
    RecordProblemInput(project_id=PROJECT, message="odd", key="1"),
    RecordExtensionInput(
        project_id=PROJECT,
        extension=HitlExtension(
            request_id=PROJECT,
            extension_id=PROJECT,
            was=NOW,
            expires_at=NOW + timedelta(hours=4),
            extended_at=NOW,
        ),
    ),
    HandoffInput(
        project_id=PROJECT,
        task_id=PROJECT,
        name="Task",
        handoff=Handoff(to_agent="poet", phase="task"),
        role=Role(name="poet", limits=RoleLimits(turns=3)),
    ),
    ProjectInput(
        project_id=PROJECT,
        name="Poems",
        brief=ArtifactRef(artifact_id=PROJECT, type="user_input", version=1, content_hash="0" * 64),
        pipeline=Pipeline.model_validate(
            {
                "name": "poems",
                "artifacts": [{"name": "poem"}],
                "roles": [{"name": "poet"}],
                "budget": "2usd",
                "stages": [
                    {
                        "name": "write",
                        "agent": "poet",
                        "produces": ["poem"],
                        "gate": {"approvals": {"from": [{"group": "readers"}]}},
                    }
                ],
            }
        ),
    ),
    WorkflowView(status=ProjectStatus.ACTIVE, phase="plan", stages=(STAGE,)),
)
"""Not in any history: the arguments of local activities and the results of queries."""


def model(function: Any, direction: Direction) -> type[BaseModel] | None:
    """Return the model that an activity or a workflow takes or returns."""
    hints = get_type_hints(function)
    returned = hints.pop("return")
    (taken,) = hints.values() or [None]
    found = returned if direction == "returns" else taken
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def wire_models() -> set[type[BaseModel]]:
    """Return every model that Temporal carries, including nested ones."""
    functions = [*ACTIVITIES.values(), *(one.run for one in WORKFLOWS.values())]
    to_read: list[Any] = [model(one, direction) for one in functions for direction in get_args(Direction)]
    to_read += [HitlResponse, *(get_type_hints(one.state)["return"] for one in WORKFLOWS.values())]
    found: set[type[BaseModel]] = set()
    while to_read:
        one = to_read.pop()
        to_read += get_args(one)
        if isinstance(one, type) and issubclass(one, BaseModel) and one not in found:
            found.add(one)
            to_read += get_type_hints(one, include_extras=True).values()
    return found


WIRE_MODELS = sorted(wire_models(), key=lambda one: one.__name__)


def recorded_payloads() -> Iterator[tuple[type[BaseModel], Json]]:
    """Return the model payloads of every committed history, each with its type."""
    for path in committed():
        scheduled: dict[str, str] = {}
        for event in json.loads(path.read_text())["events"]:
            for kind, attributes in event.items():
                if not isinstance(attributes, dict):
                    continue
                inputs = attributes.get("input", {}).get("payloads", ())
                results = attributes.get("result", {}).get("payloads", ())
                function: Any = None
                match kind:
                    case "workflowExecutionStartedEventAttributes" | "workflowExecutionContinuedAsNewEventAttributes":
                        workflow = function = WORKFLOWS[attributes["workflowType"]["name"]].run
                    case "workflowExecutionCompletedEventAttributes":
                        function = workflow
                    case "activityTaskScheduledEventAttributes":
                        scheduled[event["eventId"]] = attributes["activityType"]["name"]
                        function = ACTIVITIES[attributes["activityType"]["name"]]
                    case "activityTaskCompletedEventAttributes":
                        function = ACTIVITIES[scheduled[attributes["scheduledEventId"]]]
                    case "markerRecordedEventAttributes" if attributes["markerName"] == "core_local_activity":
                        details = attributes["details"]
                        (data,) = details["data"]["payloads"]
                        function = ACTIVITIES[json.loads(base64.b64decode(data["data"]))["activity_type"]]
                        results = details.get("result", {}).get("payloads", ())
                    case "workflowExecutionSignaledEventAttributes" if attributes["signalName"] == "respond":
                        yield from ((HitlResponse, one) for one in inputs if valid(HitlResponse, one))
                if function is not None:
                    if taken := model(function, "takes"):
                        yield from ((taken, one) for one in inputs)
                    if returned := model(function, "returns"):
                        yield from ((returned, one) for one in results if "data" in one)


def valid(kind: type[BaseModel], payload: Json) -> bool:
    """Return whether a payload is valid: the hostile histories have some that are not."""
    try:
        kind.model_validate_json(base64.b64decode(payload["data"]))
    except ValidationError:
        return False
    return True


def add_later_fields(value: object, content: Any) -> set[type[BaseModel]]:
    """Add a field to every model in the JSON `content`, including nested ones. Return the models."""
    found: set[type[BaseModel]] = set()
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            written = field.alias or name
            if written in content:
                found |= add_later_fields(getattr(value, name), content[written])
        content["field_of_a_later_version"] = {"any": ["value"]}
        found.add(type(value))
    elif isinstance(value, list | tuple):
        for one, part in zip(value, content, strict=True):
            found |= add_later_fields(one, part)
    elif isinstance(value, dict):
        for key, one in value.items():
            found |= add_later_fields(one, content[str(key)])
    return found


def decode(kind: type[BaseModel], content: bytes) -> BaseModel:
    """Decode as a worker does."""
    payload = Payload(metadata={"encoding": b"json/plain"}, data=content)
    value: BaseModel = pydantic_data_converter.payload_converter.from_payload(payload, kind)
    return value


def test_every_recorded_payload_decodes_also_with_fields_of_a_later_version() -> None:
    payloads = [(kind, base64.b64decode(payload["data"])) for kind, payload in recorded_payloads()]
    payloads += [(type(one), one.model_dump_json().encode()) for one in UNRECORDED]
    seen: set[type[BaseModel]] = set()
    for kind, content in payloads:
        value = decode(kind, content)
        later = json.loads(content)
        seen |= add_later_fields(value, later)
        assert decode(kind, json.dumps(later).encode()) == value, kind
    assert seen == set(WIRE_MODELS)


@pytest.mark.parametrize("kind", WIRE_MODELS)
def test_a_model_that_temporal_carries_ignores_unknown_fields(kind: type[BaseModel]) -> None:
    assert kind.model_config["extra"] == "ignore"


@pytest.mark.parametrize("kind", WIRE_MODELS)
def test_every_field_added_since_its_first_release_has_a_default(kind: type[BaseModel]) -> None:
    old = FIRST_FIELDS.get(kind.__name__)
    assert old is not None, "a new model: add its fields to a file of the release that first has it"
    assert set(old) <= set(kind.model_fields), "a field of its first release is gone"
    required = {name for name, field in kind.model_fields.items() if field.is_required()}
    assert required <= set(old)


@pytest.mark.parametrize("kind", REQUESTS)
def test_what_a_client_sends_may_have_no_unknown_field(kind: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as raised:
        kind.model_validate({"field_of_a_later_version": 1})
    assert ("field_of_a_later_version",) in [
        error["loc"] for error in raised.value.errors() if error["type"] == "extra_forbidden"
    ]


def test_every_model_that_a_client_sends_is_tested() -> None:
    assert set(REQUESTS) == set(StrictContract.__subclasses__())
