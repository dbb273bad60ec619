"""What clients send, in a body or a frame: a misspelt field is an error, never ignored."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

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
from models.contracts.contract import StrictContract

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


@pytest.mark.parametrize("kind", REQUESTS)
def test_what_a_client_sends_may_have_no_unknown_field(kind: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as raised:
        kind.model_validate({"field_of_a_later_version": 1})
    assert ("field_of_a_later_version",) in [
        error["loc"] for error in raised.value.errors() if error["type"] == "extra_forbidden"
    ]


def test_every_model_that_a_client_sends_is_tested() -> None:
    assert set(REQUESTS) == set(StrictContract.__subclasses__())
