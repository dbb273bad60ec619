"""What the tasks of a project have used: tokens, US dollars and working time, in total and in parts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from models.contracts.budget import Amounts
from store import budget_scopes
from store.statement import run

_USAGE: LiteralString = """
SELECT task.agent_type, task.stage, task.round, count(*) FILTER (WHERE kind IN ('response', 'failed_call')) AS calls,
       coalesce(sum(input_tokens), 0) AS input_tokens, coalesce(sum(output_tokens), 0) AS output_tokens,
       coalesce(sum(cached_tokens), 0) AS cached_tokens, coalesce(sum(cost_usd), 0) AS cost_usd,
       coalesce(sum(transcript.seconds), 0) AS working_seconds
FROM transcript JOIN task ON task.id = transcript.task_id
WHERE task.project_id = %(project_id)s
GROUP BY GROUPING SETS ((), (task.agent_type), (task.stage), (task.stage, task.round))
ORDER BY min(task.created_at), task.stage, task.round
"""

_SPENT: LiteralString = """
SELECT project_id, spent_usd, spent_tokens, spent_seconds FROM budget WHERE scope = ANY(%(scopes)s)
"""


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[Any]:
    """Return a row for the project, each of its roles, each stage, and each round of a stage. What a row does not tell
    apart is None."""
    return await run(connection, _USAGE, project_id=project_id)


async def of_projects(connection: AsyncConnection, project_ids: Collection[UUID]) -> dict[UUID, Amounts]:
    """Return what each project has used in total; nothing if it asked no model.

    Read from the projects' budgets, in which every call is booked: a row a project, however long its transcripts are.
    """
    rows = await run(connection, _SPENT, scopes=list(map(budget_scopes.project, project_ids)))
    nothing = dict.fromkeys(project_ids, Amounts())
    return nothing | {
        row.project_id: Amounts(usd=row.spent_usd, tokens=row.spent_tokens, seconds=row.spent_seconds) for row in rows
    }
