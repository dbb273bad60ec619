"""Projects, and what their agents do now."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field, SQLModel

from models.columns import generation_column, json_column, json_or_null_column, moment_column, text_column, words_column
from models.tables.schema import metadata


class Project(SQLModel, table=True):
    """One brief being delivered. `last_seq` is the number of its newest event, `open_requests` counts open gates.

    `generation` counts how many times its workflow was restarted from these records, and `opened_run` is the first run
    of the current one. `crew` is the provider of its agents, None for the rehearsal crew; `model` is the one that they
    ask, unless a role or a stage names another. After `checkpoint_after` gates that passed without a person, the next
    one asks; 0 is never. `workflow_problem` (WorkflowProblem) says why the workflow does not continue. `parent_kind`
    (ParentKind) says how the project comes from its parent. `traceparent` is the span of the request that created it,
    if that was traced. One with `kept_at` is never removed. `parent_kind` without `parent_id`: the parent was removed.
    """

    __table_args__ = (
        Index("ix_project_status_id", "status", "id"),
        Index("ix_project_starting", "created_at", postgresql_where=text("status = 'starting'")),
        Index("ix_project_workflow_problem", "id", postgresql_where=text("workflow_problem IS NOT NULL")),
        Index("ix_project_tags", "tags", postgresql_using="gin"),
        Index("ix_project_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("ix_project_ended_at", "ended_at", postgresql_where=text("ended_at IS NOT NULL AND kept_at IS NULL")),
    )

    id: UUID = Field(primary_key=True)
    name: str = text_column()
    owner: str | None = text_column(default=None)
    tags: list[str] = words_column()
    archived_at: datetime | None = moment_column(default=None)
    kept_at: datetime | None = moment_column(default=None)
    parent_id: UUID | None = Field(default=None, foreign_key="project.id")
    parent_kind: str | None = text_column(default=None)
    pipeline: dict[str, Any] = json_column()
    oversight: str | None = text_column(default=None)
    crew: str | None = text_column(default=None)
    model: str | None = text_column(default=None)
    checkpoint_after: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    status: str = text_column()
    phase: str | None = text_column(default=None)
    reason: str | None = text_column(default=None)
    open_requests: int = 0
    last_seq: int = Field(default=0, sa_type=BigInteger)
    idempotency_key: str | None = text_column(default=None, unique=True)
    request_hash: str | None = text_column(default=None)
    traceparent: str | None = text_column(default=None)
    generation: int = generation_column()
    opened_run: str | None = text_column(default=None)
    workflow_problem: dict[str, Any] | None = json_or_null_column(default=None)
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()
    ended_at: datetime | None = moment_column(default=None)


class AgentState(SQLModel, table=True):
    """What an agent of a project is doing."""

    __tablename__ = "agent_state"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    agent_type: str = Field(primary_key=True, sa_type=Text)
    status: str = text_column()
    task_id: UUID | None = None
    updated_at: datetime = moment_column()


class IdempotencyKey(SQLModel, table=True):
    """The result of a call with an idempotency key, so that the client can repeat the call."""

    __tablename__ = "idempotency_key"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    call: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    request_hash: str = text_column()
    made_id: UUID
    created_at: datetime = moment_column()


# The tables for queries, with columns under `.c`.


PROJECT = metadata.tables["project"]
AGENT_STATE = metadata.tables["agent_state"]
IDEMPOTENCY_KEY = metadata.tables["idempotency_key"]
