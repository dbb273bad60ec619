"""The kinds of columns that the tables have."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Computed, DateTime, Float, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field


def moment_column(**options: Any) -> Any:
    return Field(sa_type=DateTime(timezone=True), **options)


def json_column(**options: Any) -> Any:
    return Field(sa_type=JSONB, **options)


def json_or_null_column(**options: Any) -> Any:
    """A column that stores None as SQL NULL, not as the null of JSON."""
    return Field(sa_type=JSONB(none_as_null=True), **options)


def amount_column(type: Any = Float) -> Any:
    """An amount that is zero at first, also in rows that a process of an earlier version writes."""
    return Field(default=0, sa_type=type, sa_column_kwargs={"server_default": "0"})


def text_column(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def words_column() -> Any:
    """A list of words, empty at first, also in rows that a process of an earlier version writes."""
    return Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))


def sql_list(words: Iterable[StrEnum]) -> str:
    """Return the words as a list of SQL literals in parentheses."""
    return f"({', '.join(repr(str(one)) for one in words)})"


def standalone_task_id_column() -> Any:
    """The first task of the standalone handoff that a row belongs to; None for the rows of a project's pipeline.

    PostgreSQL computes it from the workflow's id, so that a worker of an earlier version need not write it. The
    expression is written as PostgreSQL prints it, which `alembic check` compares.
    """
    expression = "CASE WHEN (workflow_id ~~ 'task-%'::text) THEN (substr(workflow_id, 6))::uuid ELSE NULL::uuid END"
    return Field(default=None, sa_column=Column(Uuid, Computed(expression, persisted=True), nullable=True))


def generation_column() -> Any:
    return Field(default=0, sa_column_kwargs={"server_default": "0"})
