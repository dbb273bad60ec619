"""The list of projects: filtered, sorted and counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.enums import ProjectStatus
from models.tables import PROJECT, Project
from store.rows import model_of
from store.statement import run
from store.text_search import casefolded, contains

MAX_WORDS = 100
"""How many owners, and how many tags, are counted: those of most projects."""

# One scan, whatever is counted.
_COUNTS: LiteralString = """
WITH listed AS MATERIALIZED (
    SELECT status, owner, tags, archived_at IS NOT NULL AS archived FROM project
    WHERE %(within)s::uuid[] IS NULL OR id = ANY(%(within)s)
)
(SELECT 'status' AS facet, status AS value, count(*) AS count FROM listed WHERE NOT archived GROUP BY status)
UNION ALL (SELECT 'owner', owner, count(*) FROM listed WHERE NOT archived AND owner IS NOT NULL
           GROUP BY owner ORDER BY count(*) DESC, owner LIMIT %(limit)s)
UNION ALL (SELECT 'tag', tag, count(*) FROM listed, unnest(tags) AS tag WHERE NOT archived
           GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %(limit)s)
UNION ALL (SELECT 'archived', '', count(*) FROM listed WHERE archived)
"""


class Archived(StrEnum):
    """Which projects a list has: without archived ones, with them, or only them."""

    EXCLUDE = "exclude"
    INCLUDE = "include"
    ONLY = "only"


class ProjectSort(StrEnum):
    """The order of a list; a minus sign reverses it. Where it is the same, the ids decide."""

    NEWEST = "-created"
    OLDEST = "created"
    CHANGED_LAST = "-updated"
    CHANGED_FIRST = "updated"
    NAME = "name"
    NAME_REVERSED = "-name"

    @property
    def is_descending(self) -> bool:
        return self.startswith("-")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the id of its last project, and what the project was sorted by, unless that is its id."""

    id: UUID
    value: datetime | str | None = None


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """Which projects to list: each condition that is given holds. Of several statuses, one has to match; of several
    tags, all. `search` is a part of the name; its case and Unicode form, and that of the owner, do not matter. `within`
    are the projects that the caller sees, None for all."""

    statuses: Collection[ProjectStatus] = ()
    search: str = ""
    owner: str = ""
    tags: Sequence[str] = ()
    archived: Archived = Archived.EXCLUDE
    within: Collection[UUID] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions of a query."""
        found: list[ColumnElement[bool]] = []
        if self.within is not None:
            found.append(PROJECT.c.id.in_(self.within))
        if self.statuses:
            found.append(PROJECT.c.status.in_(set(self.statuses)))
        if self.search:
            found.append(contains(PROJECT.c.name, self.search))
        if self.owner:
            found.append(casefolded(PROJECT.c.owner) == casefolded(self.owner))
        if self.tags:
            found.append(PROJECT.c.tags.contains(list(self.tags)))
        if self.archived is not Archived.INCLUDE:
            is_archived = PROJECT.c.archived_at.is_not(None)
            found.append(is_archived if self.archived is Archived.ONLY else ~is_archived)
        return found


async def find(
    connection: AsyncConnection,
    wanted: ProjectFilter,
    sort: ProjectSort = ProjectSort.NEWEST,
    *,
    after: Position | None = None,
    limit: int = 50,
) -> list[tuple[Project, Position]]:
    """Return projects in this order, after a position, each with its own."""
    key = _sort_key(sort)
    keys = [PROJECT.c.id] if key is None else [key, PROJECT.c.id]
    query = select(PROJECT, (literal(None) if key is None else key).label("sort_value"))
    query = query.where(*wanted.conditions()).limit(limit)
    query = query.order_by(*(each.desc() if sort.is_descending else each for each in keys))
    if after is not None:
        # As rows: with OR, PostgreSQL would scan from the start of the index.
        values = [after.id] if key is None else [after.value, after.id]
        own, given = tuple_(*keys), tuple_(*(literal(value) for value in values))
        query = query.where(own < given if sort.is_descending else own > given)
    rows = await connection.execute(query)
    return [(model_of(Project, row), Position(row.id, row.sort_value)) for row in rows]


def _sort_key(sort: ProjectSort) -> Any:
    """Return what the order depends on in addition to the id, which is in the order of creation.

    Only the id has an index. Every event updates the project's row, and with an index on `updated_at` each would have
    to update all indexes.
    """
    match sort:
        case ProjectSort.NEWEST | ProjectSort.OLDEST:
            return None
        case ProjectSort.CHANGED_LAST | ProjectSort.CHANGED_FIRST:
            return PROJECT.c.updated_at
        case ProjectSort.NAME | ProjectSort.NAME_REVERSED:
            return casefolded(PROJECT.c.name)


async def counts(connection: AsyncConnection, within: Collection[UUID] | None = None) -> dict[str, dict[str, int]]:
    """Return how many projects that are not archived have each `status`, `owner` and `tag`, the most frequent first,
    and under `archived` how many are archived."""
    found: dict[str, dict[str, int]] = {"status": {}, "owner": {}, "tag": {}, "archived": {}}
    for row in await run(connection, _COUNTS, limit=MAX_WORDS, within=None if within is None else list(within)):
        found[row.facet][row.value] = row.count
    return found
