"""The tables. Enum values are stored as text, moments with a time zone, and each content once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import (
    amount_column,
    generation_column,
    json_column,
    json_or_null_column,
    moment_column,
    sql_list,
    standalone_task_id_column,
    text_column,
    words_column,
)
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


class Content(SQLModel, table=True):
    """Bytes under their SHA-256: written once, never changed, and unused until an artifact refers to them. `stored_at`
    is when somebody last stored them, half a day late at most: what nothing refers to is removed a day later."""

    hash: str = Field(primary_key=True, sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    stored_at: datetime = moment_column(sa_column_kwargs={"server_default": text("now()")})


class Artifact(SQLModel, table=True):
    """One version of an artifact. `origin_id` is the task, request or upload that it comes from."""

    __table_args__ = (
        UniqueConstraint("project_id", "type", "name", "version"),
        UniqueConstraint("origin_id", "type", "name"),
        Index(
            "ix_artifact_accepted",
            "project_id",
            "type",
            "name",
            text("version DESC"),
            postgresql_where=text("accepted_at IS NOT NULL"),
        ),
        Index("ix_artifact_based_on", "based_on", postgresql_where=text("based_on IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(foreign_key="project.id")
    type: str = text_column()
    name: str = text_column()
    version: int
    media_type: str = text_column()
    size: int
    content_hash: str = Field(foreign_key="content.hash", sa_type=Text, index=True)
    author: str = text_column()
    origin_id: UUID
    task_id: UUID | None = Field(default=None, foreign_key="task.id", index=True)
    based_on: UUID | None = Field(default=None, foreign_key="artifact.id")
    created_at: datetime = moment_column()
    accepted_at: datetime | None = moment_column(default=None)


class GivenContext(SQLModel, table=True):
    """An artifact that a person gave the crew: the steps that begin from then on receive it, in addition to what their
    stages consume or, if it `replaces`, instead of the earlier versions of its type. Those that begin after it was
    withdrawn do not."""

    __tablename__ = "given_context"
    __table_args__ = (UniqueConstraint("project_id", "artifact_id"),)

    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(foreign_key="project.id")
    artifact_id: UUID = Field(foreign_key="artifact.id", index=True)
    replaces: bool
    given_by: str = text_column()
    given_at: datetime = moment_column()
    withdrawn_by: str | None = text_column(default=None)
    withdrawn_at: datetime | None = moment_column(default=None)


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


class AgentState(SQLModel, table=True):
    """What an agent of a project is doing."""

    __tablename__ = "agent_state"

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    agent_type: str = Field(primary_key=True, sa_type=Text)
    status: str = text_column()
    task_id: UUID | None = None
    updated_at: datetime = moment_column()


class EventRow(SQLModel, table=True):
    """One event of a project's log. `dedupe_key` prevents recording it twice: its index has 128 bits of each key."""

    __tablename__ = "event"
    __table_args__ = (
        Index(
            "uq_event_key",
            "project_id",
            text("hashtextextended(dedupe_key, 0)"),
            text("hashtextextended(dedupe_key, 1)"),
            unique=True,
        ),
        Index("ix_event_project_change", "created_at", postgresql_where=text("event_type = 'project_change'")),
    )

    project_id: UUID = Field(primary_key=True, foreign_key="project.id")
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    event_type: str = text_column()
    task_id: UUID | None = None
    agent_type: str | None = text_column(default=None)
    data: dict[str, Any] = json_column()
    dedupe_key: str = text_column()
    created_at: datetime = moment_column()


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
TASK = metadata.tables["task"]
CONTENT = metadata.tables["content"]
ARTIFACT = metadata.tables["artifact"]
GIVEN_CONTEXT = metadata.tables["given_context"]
HITL_REQUEST = metadata.tables["hitl_request"]
HITL_DECISION = metadata.tables["hitl_decision"]
AGENT_STATE = metadata.tables["agent_state"]
EVENT = metadata.tables["event"]
BUDGET = metadata.tables["budget"]
STOP = metadata.tables["stop"]
TRANSCRIPT = metadata.tables["transcript"]
IDEMPOTENCY_KEY = metadata.tables["idempotency_key"]
