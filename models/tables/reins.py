"""What holds the crew: budgets, what is reserved of them, and stops."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field, SQLModel

from models.columns import amount_column, moment_column, text_column
from models.tables.schema import metadata


class Budget(SQLModel, table=True):
    """What may be used in a scope, such as a day (`day:2026-11-27`): what was spent, what running calls reserve, and
    the limits. US dollars, tokens, and seconds of working time.

    A limit is None if there is none. `raised_` is what people have added to it at gates. `alerted` is the percentage of
    the newest alert.
    """

    __table_args__ = (Index("ix_budget_project_id", "project_id", postgresql_where=text("project_id IS NOT NULL")),)

    scope: str = Field(primary_key=True, sa_type=Text)
    project_id: UUID | None = Field(default=None, foreign_key="project.id")
    spent_usd: float = 0.0
    reserved_usd: float = 0.0
    limit_usd: float | None = None
    raised_usd: float = amount_column()
    spent_tokens: int = amount_column(BigInteger)
    reserved_tokens: int = amount_column(BigInteger)
    limit_tokens: int | None = Field(default=None, sa_type=BigInteger)
    raised_tokens: int = amount_column(BigInteger)
    spent_seconds: float = amount_column()
    reserved_seconds: float = amount_column()
    limit_seconds: float | None = None
    raised_seconds: float = amount_column()
    alerted: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class Reservation(SQLModel, table=True):
    """What one call of a model may use at most, until it is settled: a row for each scope that it counts against. An
    orphan of a dead worker is swept."""

    id: UUID = Field(primary_key=True)
    scope: str = Field(primary_key=True, foreign_key="budget.scope", sa_type=Text)
    task_id: UUID = Field(foreign_key="task.id")
    amount_usd: float
    amount_tokens: int = amount_column(BigInteger)
    amount_seconds: float = amount_column()
    created_at: datetime = moment_column(index=True)


class Stop(SQLModel, table=True):
    """What no step of runs until it is released: everything, or what the columns that are set name.

    `is_announced` says whether the newest change of this row is in the logs of the projects that it affects.
    `stopped_by_id` and `released_by_id` are the principals of the names beside them, if they signed in.
    """

    __table_args__ = (
        Index(
            "uq_stop_held",
            text("coalesce(project_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            text("coalesce(role, ''::text)"),
            text("coalesce(task_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            unique=True,
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("ix_stop_unannounced", "created_at", postgresql_where=text("NOT is_announced")),
        Index("ix_stop_project_id", "project_id", postgresql_where=text("project_id IS NOT NULL")),
        Index("ix_stop_task_id", "task_id", postgresql_where=text("task_id IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    project_id: UUID | None = Field(default=None, foreign_key="project.id")
    role: str | None = text_column(default=None)
    task_id: UUID | None = Field(default=None, foreign_key="task.id")
    reason: str = text_column()
    stopped_by: str = text_column()
    created_at: datetime = moment_column()
    release_reason: str | None = text_column(default=None)
    released_by: str | None = text_column(default=None)
    released_at: datetime | None = moment_column(default=None)
    is_announced: bool = False
    stopped_by_id: UUID | None = None
    released_by_id: UUID | None = None


BUDGET = metadata.tables["budget"]
STOP = metadata.tables["stop"]
