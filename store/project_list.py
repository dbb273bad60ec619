"""The list of projects: filtered, sorted and counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy import Text, literal, literal_column
from sqlalchemy.ext.asyncio import AsyncConnection

from models.columns import sql_list
from models.contracts.enums import ProjectStatus
from models.tables import PROJECT, Project
from store.rows import columns, model_of
from store.statement import as_text, run, with_statuses
from store.text_search import casefolded, contains

MAX_WORDS = 100
"""How many owners, and how many tags, are counted: those of most projects."""

MOST = 5_000
"""How many projects are counted; among all projects, of those that have ended and of the others."""

_FIND: LiteralString = """
SELECT {columns}, {key} AS sort_value,
       jsonb_build_object('name', pipeline -> 'name',
                          'stages', jsonb_path_query_array(pipeline, '$.stages[*].name')) AS pipeline
FROM project WHERE {conditions} ORDER BY {order} LIMIT %(limit)s
""".replace("{columns}", columns(Project, without={"pipeline"}))

_FOLDED_NAME = as_text(casefolded(PROJECT.c.name))

_GIVEN: Any = literal_column("{given}", Text)

_IS_FOUND = as_text(contains(PROJECT.c.name, _GIVEN)).replace("{given}", "%(search)s::text")

# That there is an owner is what its index asks for.
_IS_OWNED: LiteralString = "owner IS NOT NULL AND " + as_text(
    casefolded(PROJECT.c.owner) == casefolded(_GIVEN)
).replace("{given}", "%(owner)s::text")

# Among all projects, those that have not ended are counted apart: their number does not grow with time, and they are
# what people look for. Both in the order of an index, of which no more is read than is counted.
_AMONG_ALL: LiteralString = with_statuses("""
    (SELECT status, owner, tags, archived_at, false AS is_final FROM project
     WHERE status IN {unfinished_project_statuses} ORDER BY id DESC LIMIT {most} + 1)
    UNION ALL
    (SELECT status, owner, tags, archived_at, true FROM project
     WHERE status IN {final_project_statuses} ORDER BY id DESC LIMIT {most} + 1)
""")

# In no order, so that PostgreSQL does not look for a rare word in the order of the ids.
_AMONG_FOUND: LiteralString = with_statuses("""
    SELECT status, owner, tags, archived_at, status IN {final_project_statuses} AS is_final FROM project
    WHERE {conditions} LIMIT {most} + 1
""")

# One scan, whatever is counted, and one row for all projects that are alike: many of them would be sorted on disk.
_COUNTS: LiteralString = """
WITH found AS MATERIALIZED ({found}
), listed AS MATERIALIZED (
    SELECT status, owner, tags, archived_at IS NOT NULL AS archived, count(*) AS alike FROM found GROUP BY 1, 2, 3, 4
), counted AS (
    (SELECT 'status' AS facet, status AS value, sum(alike) AS count FROM listed WHERE NOT archived GROUP BY status)
    UNION ALL (SELECT 'owner', owner, sum(alike) FROM listed WHERE NOT archived AND owner IS NOT NULL
               GROUP BY owner ORDER BY sum(alike) DESC, owner LIMIT %(limit)s)
    UNION ALL (SELECT 'tag', tag, sum(alike) FROM listed, unnest(tags) AS tag WHERE NOT archived
               GROUP BY tag ORDER BY sum(alike) DESC, tag LIMIT %(limit)s)
    UNION ALL (SELECT 'archived', '', coalesce(sum(alike), 0) FROM listed WHERE archived)
    UNION ALL (SELECT 'is_final', is_final::text, count(*) FROM found GROUP BY is_final)
)
SELECT facet, value, count::bigint AS count FROM counted
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

    def conditions(self) -> list[LiteralString]:
        """Return the conditions of a query, whose values are in `values`."""
        found: list[LiteralString] = []
        if self.within is not None:
            found.append("id = ANY(%(within)s)")
        if self.statuses:  # as constants, for the index
            found.append(f"status IN {sql_list(sorted(set(self.statuses)))}")
        if self.search:
            found.append(_IS_FOUND)
        if self.owner:
            found.append(_IS_OWNED)
        if self.tags:
            found.append("tags @> %(tags)s::text[]")
        if self.archived is not Archived.INCLUDE:
            found.append("archived_at IS NOT NULL" if self.archived is Archived.ONLY else "archived_at IS NULL")
        return found

    def values(self) -> dict[str, object]:
        """Return the values of the conditions."""
        within = None if self.within is None else list(self.within)
        return {"within": within, "search": self.search, "owner": self.owner, "tags": list(self.tags)}


async def find(
    connection: AsyncConnection,
    wanted: ProjectFilter,
    sort: ProjectSort = ProjectSort.NEWEST,
    *,
    after: Position | None = None,
    limit: int = 50,
) -> list[tuple[Project, Position]]:
    """Return projects in this order, after a position, each with its own. Of their pipelines they have only the name
    and the names of the stages: fifty whole ones are 170 KB."""
    key = _sort_key(sort)
    direction, comparison = (" DESC", "<") if sort.is_descending else ("", ">")
    conditions = wanted.conditions()
    if after is not None:
        # As rows: with OR, PostgreSQL would scan from the start of the index.
        own, given = ("id", "%(id)s") if key is None else (f"({key}, id)", "(%(value)s, %(id)s)")
        conditions.append(f"{own} {comparison} {given}")
    query = (
        _FIND.replace("{key}", key or "NULL")
        .replace("{conditions}", " AND ".join(conditions) or "true")
        .replace("{order}", f"id{direction}" if key is None else f"{key}{direction}, id{direction}")
    )
    position = {} if after is None else {"value": after.value, "id": after.id}
    rows = await run(connection, query, limit=limit, **wanted.values(), **position)
    return [(model_of(Project, row), Position(row.id, row.sort_value)) for row in rows]


def _sort_key(sort: ProjectSort) -> LiteralString | None:
    """Return what the order depends on in addition to the id, which is in the order of creation.

    Only the id has an index. Every event updates the project's row, and with an index on `updated_at` each would have
    to update all indexes.
    """
    match sort:
        case ProjectSort.NEWEST | ProjectSort.OLDEST:
            return None
        case ProjectSort.CHANGED_LAST | ProjectSort.CHANGED_FIRST:
            return "updated_at"
        case ProjectSort.NAME | ProjectSort.NAME_REVERSED:
            return _FOLDED_NAME


@dataclass(frozen=True, slots=True)
class Counts:
    """How many projects have each status, owner and tag, the most frequent first, leaving out the archived ones, and
    how many are archived. Of projects with a status in `capped`, not all were counted."""

    statuses: dict[ProjectStatus, int]
    owners: dict[str, int]
    tags: dict[str, int]
    archived: int
    capped: frozenset[ProjectStatus]


async def counts(connection: AsyncConnection, wanted: ProjectFilter) -> Counts:
    """Count these projects, archived or not, up to MOST; among all projects, up to MOST that have ended and as many
    others.

    They are found in one scan, whatever is counted. Among 100,000 projects, it takes PostgreSQL a third of the time
    that it took to count all of them.
    """
    wanted = replace(wanted, archived=Archived.INCLUDE)
    conditions = wanted.conditions()
    among = _AMONG_FOUND.replace("{conditions}", " AND ".join(conditions)) if conditions else _AMONG_ALL
    # The most as a constant: PostgreSQL plans for it.
    query = _COUNTS.replace("{found}", among.replace("{most}", as_text(literal(MOST))))
    found: dict[str, dict[str, int]] = {"status": {}, "owner": {}, "tag": {}, "archived": {}, "is_final": {}}
    for row in await run(connection, query, limit=MAX_WORDS, **wanted.values()):
        found[row.facet][row.value] = row.count
    final, others = (found["is_final"].get(word, 0) for word in ("true", "false"))
    if conditions:
        final = others = final + others  # one limit for both
    capped = {True: final > MOST, False: others > MOST}
    return Counts(
        statuses={ProjectStatus(value): count for value, count in found["status"].items()},
        owners=found["owner"],
        tags=found["tag"],
        archived=found["archived"].get("", 0),
        capped=frozenset(status for status in ProjectStatus if capped[status.is_final]),
    )
