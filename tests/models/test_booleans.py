"""A boolean is not a number, though pydantic takes true for 1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

import api.app  # noqa: F401 - all request bodies
from models.contracts.budget import Budget, GivenBudget
from models.contracts.contract import StrictContract
from models.contracts.pipeline import Pipeline

NUMBERS = {int, float, timedelta}


def parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for each in get_args(annotation):
        yield from parts(each)


def within(model: type[BaseModel], found: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """The models that a model consists of."""
    if model not in found:
        found.add(model)
        for field in model.model_fields.values():
            for part in parts(field.annotation):
                if isinstance(part, type) and issubclass(part, BaseModel):
                    within(part, found)
    return found


def subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from subclasses(each)


def written_by_people() -> set[type[BaseModel]]:
    """The models of all request bodies, and of pipelines."""
    found = within(Pipeline, set())
    for body in subclasses(StrictContract):
        within(body, found)
    return found


def test_no_field_that_people_write_takes_a_boolean_for_a_number() -> None:
    checked = []
    for model in written_by_people():
        for name, field in model.model_fields.items():
            kinds = set(parts(field.annotation))
            if not kinds & NUMBERS or bool in kinds:
                continue
            with pytest.raises(ValidationError) as refused:
                model.model_validate({name: True})
            assert name in {error["loc"][0] for error in refused.value.errors() if error["loc"]}, (model, name)
            checked.append(f"{model.__name__}.{name}")
    assert {"Budget.usd", "RoleLimits.turns", "Gate.expires_in", "Stage.attempts", "ExtensionCreate.extend_by"} <= set(
        checked
    )


@pytest.mark.parametrize("unit", ["usd", "tokens", "seconds"])
def test_a_budget_names_the_unit_that_is_no_number(unit: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(GivenBudget).validate_python({unit: True})
    (error,) = refused.value.errors()
    assert error["loc"][-1] == unit
    assert "not true or false" in error["msg"]
    assert Budget.model_validate({unit: "3"}).given  # other forms of numbers are accepted, as before
