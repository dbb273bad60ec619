"""The logs of projects."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from models.columns import json_column, moment_column, text_column
from models.tables.schema import metadata


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


EVENT = metadata.tables["event"]
