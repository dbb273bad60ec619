"""What is wrong with a value is said in the words of people, not in pydantic's."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, ValidationError

from api.value_errors import explain
from models.contracts.contract import Duration, Name, StrictContract
from models.contracts.identity import AccessRole

DURATION = "should be a duration, such as 30m, 4h or 2d"


class Body(BaseModel):
    model_config = StrictContract.model_config  # no subclass: those are what clients send

    name: Name = "x"
    roles: tuple[AccessRole, ...] = ()
    for_: Duration | None = Field(default=None)
    count: int = Field(default=1, ge=1)
    project_id: UUID | None = None
    at: datetime | None = None
    is_on: bool = False


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "must not be empty"),
        ({"name": "  "}, "must not be empty"),
        ({"name": 3}, "should be text"),
        ({"name": "x" * 256}, "should have at most 255 characters"),
        ({"roles": ["king"]}, "should be 'viewer', 'operator', 'approver', 'admin' or 'auditor'"),
        ({"roles": "viewer"}, "should be a list"),
        ({"for_": "3"}, DURATION),
        ({"for_": "tomorrow"}, DURATION),
        ({"for_": {}}, DURATION),
        ({"for_": ""}, DURATION),
        ({"for_": "9999999999999d"}, "is too long"),
        ({"count": "many"}, "should be a whole number"),
        ({"count": 0}, "should be greater than or equal to 1"),
        ({"project_id": "this one"}, "should be an id (a UUID)"),
        ({"at": "noon"}, "should be a time, such as 2026-01-31T12:00:00Z"),
        ({"is_on": "perhaps"}, "should be true or false"),
        ({"nickname": "x"}, "is unknown"),
    ],
)
def test_the_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Body.model_validate(given)
    (error,) = refused.value.errors()
    assert explain(error) == words
