"""Rows become models that behave as those of the constructor, without its cost."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import pytest
from sqlmodel import SQLModel

from models.tables import Artifact, HitlDecision, HitlRequest, Project, Task
from store.rows import model_of

TABLES = (Project, Task, HitlRequest, HitlDecision, Artifact)


def _row(model: type[SQLModel]) -> Any:
    names = (*model.model_fields, "further")
    return namedtuple("Row", names)(*(f"the {name}" for name in names))


@pytest.mark.parametrize("model", TABLES)
def test_a_row_equals_the_model_of_its_values(model: type[SQLModel]) -> None:
    row = _row(model)
    found, built = model_of(model, row), model(**{name: getattr(row, name) for name in model.model_fields})
    assert found == built
    assert repr(found) == repr(built)
    assert found.model_fields_set == built.model_fields_set


def test_models_of_rows_are_changed_and_copied_separately() -> None:
    row = _row(Project)
    first, second = model_of(Project, row), model_of(Project, row)
    copy = first.model_copy(update={"name": "copied"})
    first.name = "changed"
    assert [each.name for each in (first, second, copy)] == ["changed", "the name", "copied"]
    assert [each.model_dump(warnings=False)["name"] for each in (first, second, copy)] == [
        "changed",
        "the name",
        "copied",
    ]


def test_a_row_is_read_without_the_constructor(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **values: object) -> None:
        raise AssertionError("the constructor was called")

    monkeypatch.setattr("sqlmodel.main.sqlmodel_init", fail)
    assert model_of(Task, _row(Task)).stage == "the stage"
