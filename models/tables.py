"""The tables. Enum values are stored as text, moments with a time zone, and each content once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.contracts.enums import OPEN_TASK_STATUSES

# Constraints have names, so that a later migration can drop them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata


def _moment(**options: Any) -> Any:
    return Field(sa_type=DateTime(timezone=True), **options)


def _json(**options: Any) -> Any:
    return Field(sa_type=JSONB, **options)


def _json_or_null(**options: Any) -> Any:
    """A column that stores None as SQL NULL, not as the null of JSON."""
    return Field(sa_type=JSONB(none_as_null=True), **options)


def _text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def sql_list(words: Iterable[StrEnum]) -> str:
    """Return the words as a list of SQL literals in parentheses."""
    return f"({', '.join(repr(str(one)) for one in words)})"


def _standalone_task_id() -> Any:
    """The first task of the standalone handoff that a row belongs to; None for the rows of a project's pipeline.

    PostgreSQL computes it from the workflow's id, so that a worker of an earlier version need not write it. The
    expression is written as PostgreSQL prints it, which `alembic check` compares.
    """
    expression = "CASE WHEN (workflow_id ~~ 'task-%'::text) THEN (substr(workflow_id, 6))::uuid ELSE NULL::uuid END"
    return Field(default=None, sa_column=Column(Uuid, Computed(expression, persisted=True), nullable=True))


def _generation() -> Any:
    return Field(default=0, sa_column_kwargs={"server_default": "0"})


class Project(SQLModel, table=True):
    """One brief being delivered. `last_seq` is the number of its newest event, `open_requests` counts open gates.

    `generation` counts how many times its workflow was restarted from these records, and `opened_run` is the first run
    of the current one. `workflow_problem` (WorkflowProblem) says why the workflow does not continue.
    """

    __table_args__ = (
        Index("ix_project_status_id", "status", "id"),
        Index("ix_project_starting", "created_at", postgresql_where=text("status = 'starting'")),
        Index("ix_project_workflow_problem", "id", postgresql_where=text("workflow_problem IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    name: str = _text()
    pipeline: dict[str, Any] = _json()
    oversight: str | None = _text(default=None)
    status: str = _text()
    phase: str | None = _text(default=None)
    reason: str | None = _text(default=None)
    open_requests: int = 0
    last_seq: int = Field(default=0, sa_type=BigInteger)
    idempotency_key: str | None = _text(default=None, unique=True)
    request_hash: str | None = _text(default=None)
    generation: int = _generation()
    opened_run: str | None = _text(default=None)
    workflow_problem: dict[str, Any] | None = _json_or_null(default=None)
    created_at: datetime = _moment()
    updated_at: datetime = _moment()
    ended_at: datetime | None = _moment(default=None)


class Task(SQLModel, table=True):
    """One execution of a stage's agent. A rework resets `accepted`.

    The first task of a standalone handoff has its workflow's `generation` and `workflow_problem`, as a project does.
    """

    __table_args__ = (
        Index("ix_task_project_id_created_at_id", "project_id", "created_at", "id"),
        Index("ix_task_pending", "created_at", postgresql_where=text("status = 'pending'")),
        Index(
            "ix_task_open_standalone",
            "standalone_task_id",
            postgresql_where=text(f"standalone_task_id IS NOT NULL AND status IN {sql_list(OPEN_TASK_STATUSES)}"),
        ),
        Index("ix_task_workflow_problem", "id", postgresql_where=text("workflow_problem IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(foreign_key="project.id")
    workflow_id: str = _text()
    standalone_task_id: UUID | None = _standalone_task_id()
    agent_type: str = _text()
    stage: str = _text()
    round: int
    status: str = _text()
    accepted: bool = False
    attempt: int = 1
    failures: int = 0
    handoff: dict[str, Any] = _json()
    feedback: str | None = _text(default=None)
    verdict: str | None = _text(default=None)
    confidence: float | None = None
    usage: dict[str, Any] | None = _json(default=None)
    error: str | None = _text(default=None)
    checkpoint: dict[str, Any] | None = _json(default=None)
    generation: int = _generation()
    workflow_problem: dict[str, Any] | None = _json_or_null(default=None)
    created_at: datetime = _moment()
    updated_at: datetime = _moment()


class Content(SQLModel, table=True):
    """Bytes under their SHA-256: written once, never changed, and unused until an artifact refers to them."""

    hash: str = Field(primary_key=True, sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)


class Artifact(SQLModel, table=True):
    """One version of an artifact. `origin_id` is the task, request or upload that it comes from."""

    __table_args__ = (
        UniqueConstraint("project_id", "type", "name", "version"),
        UniqueConstraint("origin_id", "type", "name"),
    )

    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(foreign_key="project.id")
    type: str = _text()
    name: str = _text()
    version: int
    media_type: str = _text()
    size: int
    content_hash: str = Field(foreign_key="content.hash", sa_type=Text)
    author: str = _text()
    origin_id: UUID
    task_id: UUID | None = Field(default=None, foreign_key="task.id", index=True)
    based_on: UUID | None = Field(default=None, foreign_key="artifact.id")
    created_at: datetime = _moment()
    accepted_at: datetime | None = _moment(default=None)


class HitlRequest(SQLModel, table=True):
    """The question of a gate, about the artifact versions that it lists, the most important first."""

    __tablename__ = "hitl_request"
    __table_args__ = (
        Index("ix_hitl_request_project_id_created_at_id", "project_id", "created_at", "id"),
        Index("ix_hitl_request_open", "created_at", "id", postgresql_where=text("status = 'pending'")),
    )

    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(foreign_key="project.id")
    task_id: UUID = Field(foreign_key="task.id")
    workflow_id: str = _text()
    standalone_task_id: UUID | None = _standalone_task_id()
    agent_type: str = _text()
    stage: str = _text()
    round: int
    question: str = _text()
    reason: str = _text()
    artifacts: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    may_redo: bool
    supplies: str | None = _text(default=None)
    status: str = _text()
    decision_id: UUID | None = None
    created_at: datetime = _moment()
    expires_at: datetime = _moment()
    decided_at: datetime | None = _moment(default=None)


class HitlDecision(SQLModel, table=True):
    """One response to a request, applied or not."""

    __tablename__ = "hitl_decision"

    request_id: UUID = Field(primary_key=True, foreign_key="hitl_request.id")
    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(foreign_key="project.id")
    action: str = _text()
    comment: str | None = _text(default=None)
    content_hash: str | None = Field(default=None, foreign_key="content.hash", sa_type=Text)
    artifact_id: UUID | None = None
    responder: str = _text()
    outcome: str = _text()
    explanation: str | None = _text(default=None)
    responded_at: datetime = _moment()
    recorded_at: datetime = _moment()


class AgentState(SQLModel, table=True):
    """What an agent of a project is doing."""

    __tablename__ = "agent_state"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    agent_type: str = Field(primary_key=True, sa_type=Text)
    status: str = _text()
    task_id: UUID | None = None
    updated_at: datetime = _moment()


class EventRow(SQLModel, table=True):
    """One event of a project's log. `dedupe_key` prevents recording it twice."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("project_id", "dedupe_key"),)

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    event_type: str = _text()
    task_id: UUID | None = None
    agent_type: str | None = _text(default=None)
    data: dict[str, Any] = _json()
    dedupe_key: str = _text()
    created_at: datetime = _moment()


class IdempotencyKey(SQLModel, table=True):
    """The result of a call with an idempotency key, so that the client can repeat the call."""

    __tablename__ = "idempotency_key"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    call: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    request_hash: str = _text()
    made_id: UUID
    created_at: datetime = _moment()


# The tables for queries, with columns under `.c`.
PROJECT = metadata.tables["project"]
TASK = metadata.tables["task"]
CONTENT = metadata.tables["content"]
ARTIFACT = metadata.tables["artifact"]
HITL_REQUEST = metadata.tables["hitl_request"]
HITL_DECISION = metadata.tables["hitl_decision"]
AGENT_STATE = metadata.tables["agent_state"]
EVENT = metadata.tables["event"]
IDEMPOTENCY_KEY = metadata.tables["idempotency_key"]
