"""Find a record by the beginning of its id, and a project by its name, too."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import ARTIFACT, HITL_REQUEST, PROJECT, TASK
from store.text_search import casefolded

_DIGITS = re.compile(r"[0-9a-f-]+")
_ID_DIGITS = 32


class RecordKind(StrEnum):
    """What an id may be of."""

    PROJECT = "project"
    TASK = "task"
    ARTIFACT = "artifact"
    REQUEST = "request"


TABLES = {
    RecordKind.PROJECT: PROJECT,
    RecordKind.TASK: TASK,
    RecordKind.ARTIFACT: ARTIFACT,
    RecordKind.REQUEST: HITL_REQUEST,
}


@dataclass(frozen=True, slots=True)
class Match:
    """A record that was found, and how people know it."""

    id: UUID
    kind: RecordKind
    label: str


async def find(
    connection: AsyncConnection,
    kinds: Collection[RecordKind],
    text: str,
    limit: int,
    within: Collection[UUID] | None = None,
) -> list[Match]:
    """Return the records of these kinds whose id begins with the text, and the projects of that name, newest first;
    `limit` of each kind at most, and only of the projects `within`, if it is given."""
    found = []
    for kind in RecordKind:
        if kind in kinds:
            query = _query(kind, text).limit(limit)
            rows = await connection.execute(query if within is None else query.where(PROJECT.c.id.in_(within)))
            found += [Match(row.id, kind, _label(kind, row)) for row in rows]
    return found


def _query(kind: RecordKind, text: str) -> Select[Any]:
    table = TABLES[kind]
    begins = _begins_with(table.c.id, text)
    if kind is RecordKind.PROJECT:
        is_named = casefolded(PROJECT.c.name) == casefolded(text)
        return select(PROJECT).where(or_(begins, is_named)).order_by(PROJECT.c.id.desc())
    query = select(table, PROJECT.c.name.label("project_name")).join(PROJECT, PROJECT.c.id == table.c.project_id)
    return query.where(begins).order_by(table.c.id.desc())


def _begins_with(column: Any, text: str) -> Any:
    """Return the condition as a range, which the primary key's index finds."""
    digits = text.lower().replace("-", "") if _DIGITS.fullmatch(text.lower()) else ""
    if not 0 < len(digits) <= _ID_DIGITS:
        return false()
    return and_(column >= UUID(digits.ljust(_ID_DIGITS, "0")), column <= UUID(digits.ljust(_ID_DIGITS, "f")))


def _label(kind: RecordKind, row: Any) -> str:
    match kind:
        case RecordKind.PROJECT:
            return str(row.name)
        case RecordKind.TASK:
            return f"{row.stage}, round {row.round}, of {row.project_name}"
        case RecordKind.ARTIFACT:
            return f"{row.type} v{row.version} of {row.project_name}"
        case RecordKind.REQUEST:
            return f"{row.stage}, round {row.round}, of {row.project_name}"
