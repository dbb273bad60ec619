"""What the tasks of a project have used: tokens, US dollars and working time, in total and in parts."""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

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


async def of_project(connection: AsyncConnection, project_id: UUID) -> list[Any]:
    """Return a row for the project, each of its roles, each stage, and each round of a stage. What a row does not tell
    apart is None."""
    return await run(connection, _USAGE, project_id=project_id)
