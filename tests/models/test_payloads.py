"""Workers of two versions may run side by side: each reads what the other sends through Temporal."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from pydantic import BaseModel
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from models.contracts.approvals import Voter
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
from tests.models.recorded_payloads import ACTIVITIES, WORKFLOWS, Direction, model, recorded_payloads

FIRST_FIELDS: dict[str, list[str]] = {
    model: fields
    for file in ("fields-0.1.0.json", "fields-0.3.0.json")
    for model, fields in json.loads(Path(__file__).with_name(file).read_text()).items()
}
"""The fields of each model in the release that first had it."""

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
