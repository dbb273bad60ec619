"""What people are asked, what they respond, and the keys that sign it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import json_or_null_column, moment_column, standalone_task_id_column, text_column
from models.tables.schema import metadata


class HitlRequest(SQLModel, table=True):
    """The question of a gate, about the artifact versions that it lists, the most important first. `cause` is why its
    step has no result, if it has none.

    `subject_hash` is of what it asks about (`store/subjects.py`); requests of earlier versions have none. `approvals`
    says who may decide (Approvals); NULL is everybody who may approve.

    `held_since` is set while a stop holds its deadline: its release postpones the deadline by the time since then.
    `replaced` (Replacement) is what its step had consumed and people replaced since, in order. `takes_unsigned` marks
    those that were open when responses began to be signed.
    """

    __tablename__ = "hitl_request"
    __table_args__ = (
        Index("ix_hitl_request_project_id_created_at_id", "project_id", "created_at", "id"),
        Index("ix_hitl_request_open", "created_at", "id", postgresql_where=text("status = 'pending'")),
        Index(
            "ix_hitl_request_open_standalone",
            "project_id",
            postgresql_where=text("status = 'pending' AND standalone_task_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(foreign_key="project.id")
    task_id: UUID = Field(foreign_key="task.id", index=True)
    workflow_id: str = text_column()
    standalone_task_id: UUID | None = standalone_task_id_column()
    agent_type: str = text_column()
    stage: str = text_column()
    round: int
    question: str = text_column()
    reason: str = text_column()
    artifacts: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    may_redo: bool
    may_continue: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    needs_person: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    supplies: str | None = text_column(default=None)
    shortage: dict[str, Any] | None = json_or_null_column(default=None)
    tool_call: dict[str, Any] | None = json_or_null_column(default=None)
    cause: str | None = text_column(default=None)
    subject_hash: str | None = text_column(default=None)
    approvals: dict[str, Any] | None = json_or_null_column(default=None)
    status: str = text_column()
    decision_id: UUID | None = None
    created_at: datetime = moment_column()
    expires_at: datetime = moment_column()
    held_since: datetime | None = moment_column(default=None)
    decided_at: datetime | None = moment_column(default=None)
    replaced: list[dict[str, Any]] | None = json_or_null_column(default=None)
    takes_unsigned: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})


class HitlDecision(SQLModel, table=True):
    """One response to a request, applied or not."""

    __tablename__ = "hitl_decision"
    __table_args__ = (
        Index("ix_hitl_decision_content_hash", "content_hash", postgresql_where=text("content_hash IS NOT NULL")),
    )

    request_id: UUID = Field(primary_key=True, foreign_key="hitl_request.id")
    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(foreign_key="project.id", index=True)
    action: str = text_column()
    comment: str | None = text_column(default=None)
    content_hash: str | None = Field(default=None, foreign_key="content.hash", sa_type=Text)
    artifact_id: UUID | None = None
    redo: str | None = text_column(default=None)
    raise_by: dict[str, Any] | None = json_or_null_column(default=None)
    responder: str = text_column()
    outcome: str = text_column()
    explanation: str | None = text_column(default=None)
    subject_hash: str | None = text_column(default=None)
    signature: dict[str, Any] | None = json_or_null_column(default=None)
    voter: dict[str, Any] | None = json_or_null_column(default=None)
    responded_at: datetime = moment_column()
    recorded_at: datetime = moment_column()


class SigningKey(SQLModel, table=True):
    """The public key of an API, in hexadecimal digits. Responses that it signed count until the row is deleted."""

    __tablename__ = "signing_key"

    public_key: str = Field(primary_key=True, sa_type=Text)
    created_at: datetime = moment_column()


HITL_REQUEST = metadata.tables["hitl_request"]
HITL_DECISION = metadata.tables["hitl_decision"]
