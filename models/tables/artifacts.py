"""What steps and people write, each content once, and what people gave the crew."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import moment_column, text_column
from models.tables.schema import metadata


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


CONTENT = metadata.tables["content"]
ARTIFACT = metadata.tables["artifact"]
GIVEN_CONTEXT = metadata.tables["given_context"]
