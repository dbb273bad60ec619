"""The steps of projects, and what their models were asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from models.columns import (
    generation_column,
    json_column,
    json_or_null_column,
    moment_column,
    sql_list,
    standalone_task_id_column,
    text_column,
)
from models.contracts.enums import OPEN_TASK_STATUSES
from models.tables.schema import metadata


class Task(SQLModel, table=True):
    """One execution of a stage's agent. A rework resets `accepted`. `continued` counts how many times a person
    continued it after it had failed, `starts` how many times its step started: only the newest start may write its
    transcript. `waiting_since` is when a provider first asked it to wait, if no call got through since.

    The first task of a standalone handoff has its workflow's `generation`, `workflow_problem` and `traceparent`, as a
    project does.
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
    workflow_id: str = text_column()
    standalone_task_id: UUID | None = standalone_task_id_column()
    agent_type: str = text_column()
    stage: str = text_column()
    round: int
    status: str = text_column()
    accepted: bool = False
    continued: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    starts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    waiting_since: datetime | None = moment_column(default=None)
    attempt: int = 1
    failures: int = 0
    handoff: dict[str, Any] = json_column()
    feedback: str | None = text_column(default=None)
    verdict: str | None = text_column(default=None)
    confidence: float | None = None
    usage: dict[str, Any] | None = json_column(default=None)
    error: str | None = text_column(default=None)
    checkpoint: dict[str, Any] | None = json_column(default=None)
    traceparent: str | None = text_column(default=None)
    generation: int = generation_column()
    workflow_problem: dict[str, Any] | None = json_or_null_column(default=None)
    created_at: datetime = moment_column()
    updated_at: datetime = moment_column()


class TranscriptEntry(SQLModel, table=True):
    """One message of a task's conversation with a model (crew.transcript.Entry); `body` is JSON. A discarded one is no
    longer part of the conversation, but was paid.

    Bytes, not jsonb: equal values must have equal bytes, of which the fingerprints are made. Entries of version 0.3 and
    earlier may also contain NUL characters, which jsonb cannot store.
    """

    __tablename__ = "transcript"

    task_id: UUID = Field(primary_key=True, foreign_key="task.id")
    position: int = Field(primary_key=True)
    kind: str = text_column()
    fingerprint: str = text_column()
    call_id: str | None = text_column(default=None)
    body: bytes = Field(sa_type=LargeBinary)
    asked_for: str | None = text_column(default=None)
    model: str | None = text_column(default=None)
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    discarded: str | None = text_column(default=None)
    created_at: datetime = moment_column()


TASK = metadata.tables["task"]
TRANSCRIPT = metadata.tables["transcript"]
