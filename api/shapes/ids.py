"""Records found by the beginning of their id, on the wire."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field

from api.shapes.shape import Shape
from store.id_lookup import Match, RecordKind


class IdMatch(Shape):
    """A record whose id or name was asked for."""

    id: UUID
    kind: RecordKind
    label: str = Field(description="How people know it: the name of a project, the stage and round of a task.")

    @classmethod
    def of(cls, match: Match) -> Self:
        return cls(id=match.id, kind=match.kind, label=match.label)


class IdMatches(Shape):
    """What was found, newest first."""

    items: list[IdMatch]
    has_more: bool = Field(description="Whether there are more than are listed.")
